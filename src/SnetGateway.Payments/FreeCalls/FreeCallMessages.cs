using System.Runtime.CompilerServices;
using System.Text;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.FreeCalls;

/// <summary>
/// The bytes that users and the provider sign for free calls (docs/protocol/prepaid-and-free-calls.md, 'Free calls'). Ids are UTF-8 without
/// separators, numbers 32 bytes big-endian.
/// </summary>
internal static class FreeCallMessages
{
    /// <summary>Longer messages are built on the heap: only ids of an unusual length make one.</summary>
    private const int StackBytes = 512;

    private static ReadOnlySpan<byte> Prefix => "__prefix_free_trial"u8;

    /// <summary>
    /// Recovers who signed the request of a token, or with <paramref name="token"/> its use: the address as text, the user id, the ids of
    /// organisation, service and group, the block number, and the token.
    /// </summary>
    /// <param name="recovery">Recovers signers.</param>
    /// <param name="expected">The address, if it is known to be a user's: then it is verified faster. Null otherwise.</param>
    /// <param name="offer">The service.</param>
    /// <param name="use">What the client sent.</param>
    /// <param name="token">The token's bytes; empty in the request of one.</param>
    /// <param name="signer">The signer.</param>
    [SkipLocalsInit]
    public static bool TryRecoverUser(
        ISignerRecovery recovery, Address? expected, FreeCallOffer offer, in FreeCallUse use, ReadOnlySpan<byte> token, out Address signer)
    {
        int most = Prefix.Length + Encoding.UTF8.GetMaxByteCount(use.AddressText.Length + use.User.UserId.Length) + offer.SignedIds.Length
            + UInt256.Size + token.Length;
        Span<byte> message = most <= StackBytes ? stackalloc byte[StackBytes] : new byte[most];
        Prefix.CopyTo(message);
        int length = Prefix.Length;
        length += Encoding.UTF8.GetBytes(use.AddressText, message[length..]);
        length += Encoding.UTF8.GetBytes(use.User.UserId, message[length..]);
        offer.SignedIds.Span.CopyTo(message[length..]);
        length += offer.SignedIds.Length;
        use.CurrentBlock.WriteBigEndian(message[length..]);
        length += UInt256.Size;
        token.CopyTo(message[length..]);
        message = message[..(length + token.Length)];
        return expected is { } known
            ? recovery.TryRecover(message, use.Signature.Span, known, out signer)
            : recovery.TryRecover(message, use.Signature.Span, out signer);
    }

    /// <summary>What the provider signs: organisation id, group name, the 20 bytes of the address, user id and expiry block.</summary>
    public static byte[] Token(FreeCallTerms terms, in FreeCallUser user, ulong expiryBlock) =>
    [
        .. Encoding.UTF8.GetBytes(terms.OrganizationId),
        .. Encoding.UTF8.GetBytes(terms.GroupName),
        .. user.Address.ToBytes(),
        .. Encoding.UTF8.GetBytes(user.UserId),
        .. UInt256.FromUInt64(expiryBlock).ToBigEndian(),
    ];
}
