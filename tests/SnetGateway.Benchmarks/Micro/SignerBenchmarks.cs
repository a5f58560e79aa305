using BenchmarkDotNet.Attributes;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.FastSignatures;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Values;

namespace SnetGateway.Benchmarks.Micro;

/// <summary>
/// Finding out who signed a payment: the message, two hashes and the curve. One per paid call, and most of what it costs.
/// </summary>
public class SignerBenchmarks
{
    private readonly SignerRecovery _recovery = new SignerRecovery();
    private readonly Address _escrow = HotChannel.Escrow;
    private readonly ChannelPayment _payment = HotChannel.SignedPayment();
    private readonly KeyTableBuilder _builder = new();
    private readonly KeyTable _table = new();
    private readonly Address _signer;

    public SignerBenchmarks()
    {
        ClaimMessage.TryRecoverSigner(_recovery, _escrow, _payment, out _signer);
        for (int i = 0; i < KnownSigners.RecoveriesBeforeTable; i++)
        {
            RecoverKnownSigner();
        }
    }

    [Benchmark]
    public bool RecoverSigner() => ClaimMessage.TryRecoverSigner(_recovery, _escrow, _payment, out _);

    /// <summary>The same answer for a signer who has tables.</summary>
    [Benchmark]
    public bool RecoverKnownSigner() => ClaimMessage.TryRecoverSigner(_recovery, _escrow, _payment, _signer, out _);

    /// <summary>What a signer's tables cost, once.</summary>
    [Benchmark]
    public bool BuildTables() => _builder.TryWrite(_table, KeyTable.Generator.X, KeyTable.Generator.Y);
}
