using System.Security.Cryptography;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Records;

/// <summary>
/// One entry of a channel's journal: a settle, a claim or a correction, linked to the entry before by its hash. Calls never read it;
/// `ledger verify` and `ledger explain` do. A value type, because every paid call makes one.
/// </summary>
public readonly record struct JournalEntry
{
    private const byte Format = 1;
    private const byte FormatWithCredit = 2;
    private const byte FormatMetered = 3;
    private const int MaxName = 128;

    /// <summary>Most bytes that an entry takes.</summary>
    public const int MaxLength = 1024;

    public required EntryKind Kind { get; init; }

    public required ChannelId ChannelId { get; init; }

    /// <summary>From 1, over all nonces of the channel.</summary>
    public required long Sequence { get; init; }

    /// <summary>SHA-256 of the entry before; zero for the first.</summary>
    public required Bytes32 Previous { get; init; }

    public required ChannelNonce Nonce { get; init; }

    /// <summary>The total for this nonce after the entry, in cogs; for a claim, the total that it takes.</summary>
    public required UInt256 Amount { get; init; }

    /// <summary>
    /// For a settle, what the call costs, in cogs, and for a give-back what it costs less, which may be 0; otherwise 0.
    /// </summary>
    public required UInt256 Price { get; init; }

    /// <summary>For a settle: the price is a ceiling, and a give-back with the same call follows when the call has ended.</summary>
    public bool IsCeiling { get; init; }

    /// <summary>The payer's credit after the entry, in cogs. A format of its own where it is not 0.</summary>
    public UInt256 Credit { get; init; }

    public required CallId Call { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>The configured name of the service; cut at 128 bytes.</summary>
    public required string Service { get; init; }

    /// <summary>The path that was called; cut at 128 bytes.</summary>
    public required string Method { get; init; }

    /// <summary>The signature of the total, 65 bytes; empty for a give-back.</summary>
    public required ReadOnlyMemory<byte> Signature { get; init; }

    /// <summary>The nonce of the record after the entry: a claim moves it to the next one.</summary>
    public ChannelNonce NonceAfter => Kind == EntryKind.Claim ? Nonce.Next : Nonce;

    /// <summary>The authorized amount of the record after the entry, in cogs.</summary>
    public UInt256 AmountAfter => Kind == EntryKind.Claim ? UInt256.Zero : Amount;

    /// <summary>Part of a call with a metered price, which has a format of its own.</summary>
    private bool IsMetered => IsCeiling || Kind == EntryKind.GiveBack;

    /// <summary>The link that the next entry carries.</summary>
    public static Bytes32 HashOf(ReadOnlySpan<byte> entry)
    {
        if (entry.IsEmpty)
        {
            return default;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(entry, hash);
        return new Bytes32(hash);
    }

    /// <summary>Reads an entry. Throws <see cref="LedgerFormatException"/>.</summary>
    public static JournalEntry Read(ReadOnlyMemory<byte> bytes)
    {
        var reader = new ByteReader(bytes);
        byte format = reader.Byte();
        if (format is < Format or > FormatMetered)
        {
            throw new LedgerFormatException(
                $"a journal entry has format {format}; this version reads formats {Format} to {FormatMetered}");
        }

        var entry = new JournalEntry
        {
            Kind = (EntryKind)reader.Byte(),
            ChannelId = new ChannelId(reader.Number()),
            Sequence = reader.Int64(),
            Previous = reader.Bytes32(),
            Nonce = new ChannelNonce(reader.Number()),
            Amount = reader.Number(),
            Price = reader.Number(),
            Credit = format == Format ? UInt256.Zero : reader.Number(),
            Call = reader.CallId(),
            At = reader.Moment(),
            Service = reader.Text(),
            Method = reader.Text(),
            Signature = reader.Bytes(),
        };
        entry = entry with { IsCeiling = format == FormatMetered && entry.Kind == EntryKind.Settle };
        return reader.AtEnd && Enum.IsDefined(entry.Kind) && entry.IsMetered == (format == FormatMetered)
            ? entry
            : throw new LedgerFormatException("a journal entry is damaged");
    }

    /// <summary>
    /// Writes the entry into <paramref name="destination"/>, at least <see cref="MaxLength"/> bytes, and returns how many it took.
    /// </summary>
    public int Write(Span<byte> destination)
    {
        var writer = new ByteWriter(destination);
        byte format = IsMetered ? FormatMetered : Credit.IsZero ? Format : FormatWithCredit;
        writer.Byte(format);
        writer.Byte((byte)Kind);
        writer.Number(ChannelId.Value);
        writer.UInt64((ulong)Sequence);
        writer.Bytes32(Previous);
        writer.Number(Nonce.Value);
        writer.Number(Amount);
        writer.Number(Price);
        if (format != Format)
        {
            writer.Number(Credit);
        }

        writer.CallId(Call);
        writer.UInt64((ulong)At.ToUnixTimeMilliseconds());
        writer.Text(Service, MaxName);
        writer.Text(Method, MaxName);
        writer.Bytes(Signature.Span);
        return writer.Length;
    }
}

/// <summary>The kind of an entry. The numbers are stored and never reused.</summary>
public enum EntryKind : byte
{
    /// <summary>A call was paid.</summary>
    Settle = 1,

    /// <summary>The ledger moved to the next nonce to claim this one.</summary>
    Claim = 2,

    /// <summary>The record belonged to an earlier channel with this id, and was set aside.</summary>
    SetAside = 3,

    /// <summary>A call with a metered price has ended: what it did not use of its ceiling became credit.</summary>
    GiveBack = 4,
}
