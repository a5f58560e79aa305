using System.Text;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Training;

/// <summary>
/// Checks who signed a request of `training.Daemon`, and that it is recent (docs/protocol/training.md, 'Authorization'). The signature
/// names the method and the signer, but neither the service nor the model: that is the protocol's.
/// </summary>
/// <param name="recovery">Recovers signers.</param>
/// <param name="freshness">The newest block, from memory.</param>
/// <param name="checksum">The text of an address with a checksum in its case (EIP-55), for error texts.</param>
public sealed class TrainingAuthorization(ISignerRecovery recovery, BlockFreshness freshness, Func<Address, string> checksum)
{
    /// <summary>Blocks for which a signature over <see cref="Unified"/> may be used again.</summary>
    public const ulong UnifiedBlocks = 600;

    /// <summary>The message that stands for several methods which cost and change nothing.</summary>
    public const string Unified = "unified";

    /// <summary>The longest accepted message: no method's name is longer.</summary>
    private const int MaxMessage = 64;

    /// <returns>The signer, or the text of the error.</returns>
    /// <param name="method">The method's short name.</param>
    /// <param name="allowsUnified">Whether the method accepts <see cref="Unified"/>.</param>
    /// <param name="request">What the client signed.</param>
    /// <param name="cancellationToken">Ends a read of the chain.</param>
    public async ValueTask<(Address Signer, string? Error)> CheckAsync(
        string method, bool allowsUnified, SignedRequest request, CancellationToken cancellationToken)
    {
        bool isUnified = allowsUnified && request.Message.Equals(Unified, StringComparison.OrdinalIgnoreCase);
        if (!isUnified && !request.Message.Equals(method, StringComparison.OrdinalIgnoreCase))
        {
            string shown = request.Message.Length > MaxMessage ? request.Message[..MaxMessage] : request.Message;
            return (default, $"unsupported message: {PrintableText.Of(shown)} for this method");
        }

        if (!Address.TryParse(request.SignerAddress, out Address claimed))
        {
            return (default, "signer_address is not an Ethereum address");
        }

        if (!TryRecover(request, claimed, out Address signer))
        {
            return (default, request.Signature.Length == 65 ? "incorrect signature data" : "incorrect signature length");
        }

        if (signer != claimed)
        {
            return (default, $"the address: {checksum(signer)} does not match to what has been expected / registered");
        }

        ulong blocks = isUnified ? UnifiedBlocks : BlockFreshness.Blocks;
        return (signer, await freshness.CheckAsync(UInt256.FromUInt64(request.CurrentBlock), blocks, cancellationToken));
    }

    private bool TryRecover(SignedRequest request, Address claimed, out Address signer)
    {
        byte[] text = Encoding.UTF8.GetBytes(request.Message);
        byte[] message = [.. text, .. claimed.ToBytes(), .. UInt256.FromUInt64(request.CurrentBlock).ToBigEndian()];
        return recovery.TryRecover(message, request.Signature.Span, out signer);
    }
}

/// <summary>The `AuthorizationDetails` of a request.</summary>
/// <param name="Message">The method's short name, or <see cref="TrainingAuthorization.Unified"/>, in any case.</param>
/// <param name="SignerAddress">Who signed it, as text.</param>
/// <param name="CurrentBlock">The block number that was signed.</param>
/// <param name="Signature">65 bytes over the message, the 20 bytes of the address and the block number as 32 bytes.</param>
public sealed record SignedRequest(string Message, string SignerAddress, ulong CurrentBlock, ReadOnlyMemory<byte> Signature);
