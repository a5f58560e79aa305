using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
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

    /// <summary>Enough for a user id and the ids of a service, unless these are of an unusual length.</summary>
    private const int StackBytes = 1024;

    public static bool IsUserIdTooLong(string userId) =>
        userId.Length > MaxUserIdBytes || Encoding.UTF8.GetByteCount(userId) > MaxUserIdBytes;

    /// <summary>The key of this user's counter for a service, by the ids of <c>FreeCallOffer.QuotaIds</c>.</summary>
    [SkipLocalsInit]
    public RecordKey CounterKey(ReadOnlySpan<byte> ids)
    {
        int length = ids.Length + sizeof(int) + Encoding.UTF8.GetByteCount(UserId);
        Span<byte> bound = length <= StackBytes ? stackalloc byte[StackBytes] : new byte[length];
        ids.CopyTo(bound);
        BinaryPrimitives.WriteInt32BigEndian(bound[ids.Length..], length - ids.Length - sizeof(int));
        Encoding.UTF8.GetBytes(UserId, bound[(ids.Length + sizeof(int))..]);
        byte[] key = new byte[KeyLength];
        Address.WriteTo(key);
        SHA256.HashData(bound[..length], key.AsSpan(Address.Size));
        return new RecordKey(RecordKind.FreeCallCount, key);
    }
}
