using System.Text;
using Google.Protobuf;
using SnetGateway.Payments.Records;

namespace SnetGateway.Storage.Etcd;

/// <summary>
/// Keys in etcd: the configured prefix, then the key of <see cref="LedgerScope"/> (format, chain, contract, kind, id). Kind 0 holds the
/// store's own keys, such as `format`.
/// </summary>
internal sealed class EtcdKeys
{
    private readonly byte[] _ledger;

    public EtcdKeys(string prefix, LedgerScope scope)
    {
        int length = Encoding.ASCII.GetByteCount(prefix);
        _ledger = new byte[length + LedgerScope.PrefixLength - 1];
        Span<byte> withKind = stackalloc byte[LedgerScope.PrefixLength];
        scope.WritePrefix(0, withKind);
        Encoding.ASCII.GetBytes(prefix, _ledger);
        withKind[..^1].CopyTo(_ledger.AsSpan(length));
        Format = ByteString.CopyFrom([.. _ledger, 0, .. "format"u8]);
        Room = ByteString.CopyFrom([.. _ledger, 0, .. "room"u8]);
        First = ByteString.CopyFrom([.. _ledger, 1]);
        End = ByteString.CopyFrom(After(_ledger));
    }

    /// <summary>The key that names the layout versions that may write.</summary>
    public ByteString Format { get; }

    /// <summary>A key that is never read: <see cref="CommitBatch"/> and the probe name it to make etcd check its quota.</summary>
    public ByteString Room { get; }

    /// <summary>Start of the range of all records.</summary>
    public ByteString First { get; }

    /// <summary>Exclusive end of the range of all records.</summary>
    public ByteString End { get; }

    public ByteString Of(in RecordKey key)
    {
        byte[] bytes = new byte[_ledger.Length + 1 + key.Id.Length];
        _ledger.CopyTo(bytes, 0);
        bytes[_ledger.Length] = (byte)key.Kind;
        key.Id.Span.CopyTo(bytes.AsSpan(_ledger.Length + 1));
        return UnsafeByteOperations.UnsafeWrap(bytes);
    }

    /// <summary>The range of all records of a kind; the end is exclusive.</summary>
    public (ByteString First, ByteString End) RangeOf(RecordKind kind) =>
        (ByteString.CopyFrom([.. _ledger, (byte)kind]), ByteString.CopyFrom([.. _ledger, (byte)(kind + 1)]));

    /// <summary>The smallest key greater than <paramref name="key"/>.</summary>
    public static ByteString Following(ByteString key) => ByteString.CopyFrom([.. key.Span, 0]);

    /// <summary>Parses a record's key; false for any other key.</summary>
    public bool TryRead(ByteString key, out RecordKey record)
    {
        ReadOnlySpan<byte> bytes = key.Span;
        if (bytes.Length <= _ledger.Length + 1 || !bytes.StartsWith(_ledger) || bytes[_ledger.Length] == 0)
        {
            record = default;
            return false;
        }

        record = new RecordKey((RecordKind)bytes[_ledger.Length], key.Memory[(_ledger.Length + 1)..]);
        return true;
    }

    /// <summary>
    /// The first key behind all that begin with <paramref name="prefix"/>. The prefix has a byte below 255, as its text is ASCII.
    /// </summary>
    private static byte[] After(byte[] prefix)
    {
        int last = Array.FindLastIndex(prefix, value => value != byte.MaxValue);
        byte[] after = prefix[..(last + 1)];
        after[last]++;
        return after;
    }
}
