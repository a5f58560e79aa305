using System.Buffers.Binary;
using System.Security.Cryptography;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Prepaid;

/// <summary>
/// The key of a plan's record: the channel's id, the nonce in 8 bytes, and 24 bytes that stand for the channel's parties. One for each
/// nonce, because what was bought counts only while the total of that nonce can be claimed, or was. And one for each pair of parties, since
/// a reorganisation can give an id to others (rule 13).
/// </summary>
internal static class PlanKey
{
    private const int NonceSize = sizeof(ulong);
    private const int Length = 64;

    public static RecordKey Of(ChannelReading channel, ChannelNonce nonce) => Of(channel.Id, channel.Sender, channel.Signer, nonce);

    public static RecordKey Of(ChannelRecord channel, ChannelNonce nonce) => Of(channel.Id, channel.Sender, channel.Signer, nonce);

    /// <summary>The channel and the nonce of a key. False for one that this version did not write.</summary>
    public static bool TryRead(RecordKey key, out ChannelId channel, out ChannelNonce nonce)
    {
        ReadOnlySpan<byte> id = key.Id.Span;
        if (id.Length != Length)
        {
            (channel, nonce) = (default, default);
            return false;
        }

        _ = UInt256.TryReadBigEndian(id[..UInt256.Size], out UInt256 number);
        channel = new ChannelId(number);
        nonce = new ChannelNonce(BinaryPrimitives.ReadUInt64BigEndian(id[UInt256.Size..]));
        return true;
    }

    private static RecordKey Of(ChannelId channel, Address sender, Address signer, ChannelNonce nonce)
    {
        byte[] id = new byte[Length];
        channel.Value.WriteBigEndian(id);
        BinaryPrimitives.WriteUInt64BigEndian(id.AsSpan(UInt256.Size), nonce.Value.ToUInt64Saturating());
        Span<byte> parties = stackalloc byte[2 * Address.Size];
        sender.WriteTo(parties);
        signer.WriteTo(parties[Address.Size..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(parties, hash);
        hash[..(Length - UInt256.Size - NonceSize)].CopyTo(id.AsSpan(UInt256.Size + NonceSize));
        return new RecordKey(RecordKind.PrepaidPlan, id);
    }
}
