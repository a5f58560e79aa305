using BenchmarkDotNet.Attributes;
using SnetGateway.GrpcWire.Headers;

namespace SnetGateway.Benchmarks.Micro;

/// <summary>Reading the 65 bytes of a payment's signature out of its base64: one per paid call.</summary>
public class SignatureTextBenchmarks
{
    private readonly string _text = Convert.ToBase64String(new byte[65]);

    [Benchmark]
    public bool Decode()
    {
        Span<byte> signature = stackalloc byte[65];
        return BinaryMetadata.TryDecode(_text, signature, out _);
    }
}
