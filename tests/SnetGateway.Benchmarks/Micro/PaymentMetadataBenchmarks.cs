using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Http;
using SnetGateway.Gateway.PaidCalls;

namespace SnetGateway.Benchmarks.Micro;

/// <summary>From the headers of a call to a typed payment: one walk over them, three numbers and a signature. One per paid call.</summary>
public class PaymentMetadataBenchmarks
{
    private readonly HeaderDictionary _headers = new()
    {
        ["content-type"] = "application/grpc",
        ["te"] = "trailers",
        ["user-agent"] = "grpc-load/1.0",
        ["grpc-accept-encoding"] = "identity,deflate,gzip",
        [PaymentMetadata.Type] = EscrowPayment.TypeName,
        [PaymentMetadata.ChannelId] = "42",
        [PaymentMetadata.ChannelNonce] = "3",
        [PaymentMetadata.ChannelAmount] = "12345",
        [PaymentMetadata.ChannelSignature] = Convert.ToBase64String(new byte[65]),
    };

    [Benchmark]
    public bool ReadPayment() => EscrowPayment.Read(PaymentMetadata.Read(_headers), out _) is null;
}
