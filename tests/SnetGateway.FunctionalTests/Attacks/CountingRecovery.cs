using SnetGateway.Ethereum.Signatures;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Values;

namespace SnetGateway.FunctionalTests.Attacks;

/// <summary>
/// The real recovery, counted: each costs some 50 microseconds of the gateway's time, or a third of it for a signer it knows.
/// </summary>
internal sealed class CountingRecovery : ISignerRecovery
{
    private readonly SignerRecovery _inner = new SignerRecovery();
    private long _recoveries;

    public long Recoveries => Interlocked.Read(ref _recoveries);

    public bool TryRecover(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature, out Address signer)
    {
        Interlocked.Increment(ref _recoveries);
        return _inner.TryRecover(message, signature, out signer);
    }

    public bool TryRecover(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature, Address expected, out Address signer)
    {
        Interlocked.Increment(ref _recoveries);
        return _inner.TryRecover(message, signature, expected, out signer);
    }

    public bool IsWellFormed(ReadOnlySpan<byte> signature) => _inner.IsWellFormed(signature);
}
