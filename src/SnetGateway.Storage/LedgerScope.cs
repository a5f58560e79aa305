using System.Buffers.Binary;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Storage;

/// <summary>
/// Whose records they are: the same channel number means another channel on another chain or contract, so every stored key begins with both
/// (design, rule 16).
/// </summary>
/// <param name="ChainId">The chain's EIP-155 number.</param>
/// <param name="Escrow">The MultiPartyEscrow contract.</param>
public readonly record struct LedgerScope(ulong ChainId, Address Escrow)
{
    /// <summary>Version of the layout of stored keys; their first byte.</summary>
    internal const byte KeyFormat = 1;

    /// <summary>Bytes that stand before a record's id: format, chain id, contract, kind.</summary>
    internal const int PrefixLength = 1 + sizeof(ulong) + Address.Size + 1;

    internal const int MaxKeyLength = PrefixLength + StoreLimits.MaxIdLength;

    /// <summary>Writes the stored key of a record and returns its length.</summary>
    internal int WriteKey(in RecordKey key, Span<byte> destination)
    {
        WritePrefix(key.Kind, destination);
        key.Id.Span.CopyTo(destination[PrefixLength..]);
        return PrefixLength + key.Id.Length;
    }

    /// <summary>Writes what the stored keys of all records of one kind begin with.</summary>
    internal void WritePrefix(RecordKind kind, Span<byte> destination)
    {
        destination[0] = KeyFormat;
        BinaryPrimitives.WriteUInt64BigEndian(destination[1..], ChainId);
        Escrow.WriteTo(destination[(1 + sizeof(ulong))..]);
        destination[PrefixLength - 1] = (byte)kind;
    }

    /// <summary>A record as it is stored. One allocation holds the value and the id behind it.</summary>
    internal static StoredRecord ToRecord(ReadOnlySpan<byte> storedKey, long revision, ReadOnlySpan<byte> value)
    {
        ReadOnlySpan<byte> id = storedKey[PrefixLength..];
        var bytes = new byte[value.Length + id.Length];
        value.CopyTo(bytes);
        id.CopyTo(bytes.AsSpan(value.Length));
        return new StoredRecord(
            new RecordKey((RecordKind)storedKey[PrefixLength - 1], bytes.AsMemory(value.Length)), revision, bytes.AsMemory(0, value.Length));
    }
}
