using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.FreeCalls;

/// <summary>
/// Who uses free calls of a service: what one quota is bound to. The address counts by its 20 bytes, so that spellings of it share the
/// quota (trap 13).
/// </summary>
/// <param name="Address">The user's address.</param>
/// <param name="UserId">A user of a trusted signer; empty for all others. At most <see cref="MaxUserIdBytes"/> bytes of UTF-8.</param>
public readonly record struct FreeCallUser(Address Address, string UserId)
{
    /// <summary>Longest user id in bytes: an e-mail address fits.</summary>
    public const int MaxUserIdBytes = 320;

    /// <summary>Bytes of a counter's key: the address and a hash of everything else that the quota is bound to.</summary>
    private const int KeyLength = Address.Size + SHA256.HashSizeInBytes;

    public static bool IsUserIdTooLong(string userId) => Encoding.UTF8.GetByteCount(userId) > MaxUserIdBytes;

    /// <summary>The key of this user's counter for a service.</summary>
    internal RecordKey CounterKey(FreeCallOffer offer) =>
        CounterKey(offer.Terms.OrganizationId, offer.ServiceId, offer.Terms.GroupId);

    /// <summary>The key of this user's counter for a service of an organisation's group.</summary>
    public RecordKey CounterKey(string organizationId, string serviceId, string groupId)
    {
        byte[] key = new byte[KeyLength];
        Address.WriteTo(key);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, organizationId);
        Append(hash, serviceId);
        Append(hash, groupId);
        Append(hash, UserId);
        hash.GetHashAndReset(key.AsSpan(Address.Size));
        return new RecordKey(RecordKind.FreeCallCount, key);
    }

    /// <summary>With its length, so that no two lists of texts are the same bytes.</summary>
    private static void Append(IncrementalHash hash, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }
}
