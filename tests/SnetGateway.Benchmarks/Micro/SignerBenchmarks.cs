using BenchmarkDotNet.Attributes;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Values;

namespace SnetGateway.Benchmarks.Micro;

/// <summary>Finding out who signed a payment: the message, two hashes and the recovery. One per paid call, and most of what it costs.</summary>
public class SignerBenchmarks
{
    private readonly SignerRecovery _recovery = SignerRecovery.Create();
    private readonly Address _escrow = HotChannel.Escrow;
    private readonly ChannelPayment _payment = HotChannel.SignedPayment();

    [Benchmark]
    public bool RecoverSigner() => ClaimMessage.TryRecoverSigner(_recovery, _escrow, _payment, out _);
}
