using System.Buffers.Binary;
using System.Text;
using SnetGateway.Payments.Records;
using StackExchange.Redis;

namespace SnetGateway.Storage.Redis;

/// <summary>
/// Keys in Redis: the prefix, a colon, and the bytes that keys of every store begin with (format, chain, contract, kind, id). Kind 0 holds
/// the store's own keys. A record's value is preceded by its revision, 8 bytes big-endian.
/// </summary>
internal sealed class RedisKeys
{
    public const int HeadLength = sizeof(long);

    private const int KindAt = LedgerScope.PrefixLength - 1;

    private readonly byte[] _prefix;
    private readonly LedgerScope _scope;

    public RedisKeys(string prefix, LedgerScope scope)
    {
        _prefix = Encoding.UTF8.GetBytes(prefix + ":");
        _scope = scope;
        Format = Own("format");
        Ledger = Own("ledger");
        Revision = Own("revision");
        Changes = Own("changes");
        Probe = Own("probe");
        Wake = Own("wake");
    }

    /// <summary>The layout versions that may write, separated by commas.</summary>
    public byte[] Format { get; }

    /// <summary>Id of this ledger, assigned when it was created.</summary>
    public byte[] Ledger { get; }

    /// <summary>The newest revision.</summary>
    public byte[] Revision { get; }

    /// <summary>A sorted set of all records by the revision of their last write: it is both the index and the change feed.</summary>
    public byte[] Changes { get; }

    public byte[] Probe { get; }

    /// <summary>The publish/subscribe channel that announces commits.</summary>
    public byte[] Wake { get; }

    /// <summary>The key of a record.</summary>
    public byte[] Of(in RecordKey key)
    {
        byte[] name = new byte[_prefix.Length + LedgerScope.PrefixLength + key.Id.Length];
        _prefix.CopyTo(name, 0);
        _scope.WriteKey(key, name.AsSpan(_prefix.Length));
        return name;
    }

    /// <summary>A record's member in the set of changes: its kind and id.</summary>
    public static byte[] Member(in RecordKey key)
    {
        byte[] member = new byte[1 + key.Id.Length];
        member[0] = (byte)key.Kind;
        key.Id.Span.CopyTo(member.AsSpan(1));
        return member;
    }

    public static RecordKey FromMember(byte[] member) => member.Length > 1
        ? new RecordKey((RecordKind)member[0], member.AsMemory(1))
        : throw new LedgerFormatException("the ledger's index in Redis contains an invalid record name");

    public static RedisValue Expected(long revision)
    {
        if (revision == 0)
        {
            return RedisValue.EmptyString;
        }

        byte[] head = new byte[HeadLength];
        BinaryPrimitives.WriteInt64BigEndian(head, revision);
        return head;
    }

    /// <summary>Parses a stored value. Throws <see cref="LedgerFormatException"/>.</summary>
    public static StoredRecord Read(in RecordKey key, byte[] stored) =>
        stored.Length > HeadLength && BinaryPrimitives.ReadInt64BigEndian(stored) is > 0 and var revision
            ? new StoredRecord(key, revision, stored.AsMemory(HeadLength))
            : throw new LedgerFormatException($"the record {key} in Redis has no revision");

    private byte[] Own(string name)
    {
        byte[] key = Of(new RecordKey(0, Encoding.UTF8.GetBytes(name)));
        return key[_prefix.Length + KindAt] == 0 ? key : throw new InvalidOperationException("kind 0 is reserved for the store's own keys");
    }
}
