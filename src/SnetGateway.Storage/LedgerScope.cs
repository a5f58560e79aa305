using System.Buffers.Binary;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Storage;

/// <summary>
/// The chain and contract that records belong to. The same channel number is another channel on another chain or contract, so every stored
/// key begins with both (rule 16).
/// </summary>
/// <param name="ChainId">The chain's EIP-155 number.</param>
/// <param name="Escrow">The MultiPartyEscrow contract.</param>
public readonly record struct LedgerScope(ulong ChainId, Address Escrow)
{
    /// <summary>Version of the key layout: the first byte of every stored key.</summary>
    internal const byte KeyFormat = 1;

    /// <summary>Bytes before a record's id: format, chain id, contract, kind.</summary>
    internal const int PrefixLength = 1 + sizeof(ulong) + Address.Size + 1;

    internal const int MaxKeyLength = PrefixLength + StoreLimits.MaxIdLength;

    /// <summary>Writes the stored key of a record and returns its length.</summary>
    internal int WriteKey(in RecordKey key, Span<byte> destination)
    {
        WritePrefix(key.Kind, destination);
        key.Id.Span.CopyTo(destination[PrefixLength..]);
        return PrefixLength + key.Id.Length;
    }

    /// <summary>Writes the common prefix of the stored keys of one kind.</summary>
    internal void WritePrefix(RecordKind kind, Span<byte> destination)
    {
        destination[0] = KeyFormat;
        BinaryPrimitives.WriteUInt64BigEndian(destination[1..], ChainId);
        Escrow.WriteTo(destination[(1 + sizeof(ulong))..]);
        destination[PrefixLength - 1] = (byte)kind;
    }

    /// <summary>Copies a stored record. One allocation holds the value and the id.</summary>
    internal static StoredRecord ToRecord(ReadOnlySpan<byte> storedKey, long revision, ReadOnlySpan<byte> value)
    {
        ReadOnlySpan<byte> id = storedKey[PrefixLength..];
        byte[] bytes = new byte[value.Length + id.Length];
        value.CopyTo(bytes);
        id.CopyTo(bytes.AsSpan(value.Length));
        return new StoredRecord(
            new RecordKey((RecordKind)storedKey[PrefixLength - 1], bytes.AsMemory(value.Length)), revision,
            bytes.AsMemory(0, value.Length));
    }
}
