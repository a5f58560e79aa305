using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Pricing;

/// <summary>A key of the operator that signs messages as a wallet does. Implemented by the Ethereum project.</summary>
public interface IMessageSigner
{
    /// <summary>The address of its signatures.</summary>
    Address Address { get; }

    /// <summary>65 bytes r ++ s ++ v with v 27 or 28, of which <see cref="Channels.ISignerRecovery"/> recovers the address.</summary>
    byte[] SignMessage(ReadOnlySpan<byte> message);
}
