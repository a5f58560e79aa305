using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Counters;

/// <summary>
/// One entry of a counter's journal: a batch of uses, or a purchase, linked to the entry before by its hash. Calls never read it; `ledger
/// verify` and `ledger explain` do.
/// </summary>
public sealed record CounterEntry
{
    private const byte Format = 1;
    private const int MaxName = 128;

    /// <summary>Most lines of an entry: with them it stays far below the store's limit of a value.</summary>
    public const int MaxLines = 64;

    private const int MaxFields = 256;
    private const int MaxLine = 320;

    public required CounterEntryKind Kind { get; init; }

    /// <summary>The id in the key of the counter's record.</summary>
    public required ReadOnlyMemory<byte> Id { get; init; }

    /// <summary>From 1.</summary>
    public required long Sequence { get; init; }

    /// <summary>SHA-256 of the entry before; zero for the first.</summary>
    public required Bytes32 Previous { get; init; }

    /// <summary>The id of the write.</summary>
    public required CallId Write { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>What is planned after the entry.</summary>
    public required UInt256 Planned { get; init; }

    /// <summary>What is used after the entry.</summary>
    public required UInt256 Used { get; init; }

    /// <summary>What it consists of.</summary>
    public required IReadOnlyList<CounterLine> Lines { get; init; }

    /// <summary>Reads an entry. Throws <see cref="LedgerFormatException"/>.</summary>
    public static CounterEntry Read(ReadOnlyMemory<byte> bytes)
    {
        var reader = new ByteReader(bytes);
        if (reader.Byte() is var format && format != Format)
        {
            throw new LedgerFormatException($"a journal entry has format {format}; this version reads format {Format}");
        }

        var kind = (CounterEntryKind)reader.Byte();
        ReadOnlyMemory<byte> id = reader.Bytes();
        long sequence = reader.Int64();
        Bytes32 previous = reader.Bytes32();
        CallId write = reader.CallId();
        DateTimeOffset at = reader.Moment();
        UInt256 planned = reader.Number();
        UInt256 used = reader.Number();
        var lines = new CounterLine[reader.Byte()];
        for (int i = 0; i < lines.Length; i++)
        {
            lines[i] = new CounterLine(reader.UInt64(), reader.Number(), reader.Text(), reader.Text());
        }

        return !reader.AtEnd || !Enum.IsDefined(kind) ? throw new LedgerFormatException("a journal entry is damaged") : new CounterEntry
        {
            Kind = kind,
            Id = id,
            Sequence = sequence,
            Previous = previous,
            Write = write,
            At = at,
            Planned = planned,
            Used = used,
            Lines = lines,
        };
    }

    public byte[] ToBytes()
    {
        byte[] bytes = new byte[MaxFields + (Lines.Count * MaxLine)];
        var writer = new ByteWriter(bytes);
        writer.Byte(Format);
        writer.Byte((byte)Kind);
        writer.Bytes(Id.Span);
        writer.UInt64((ulong)Sequence);
        writer.Bytes32(Previous);
        writer.CallId(Write);
        writer.UInt64((ulong)At.ToUnixTimeMilliseconds());
        writer.Number(Planned);
        writer.Number(Used);
        writer.Byte(checked((byte)Lines.Count));
        foreach (CounterLine line in Lines)
        {
            writer.UInt64(line.Calls);
            writer.Number(line.Amount);
            writer.Text(line.Service, MaxName);
            writer.Text(line.Method, MaxName);
        }

        return bytes[..writer.Length];
    }
}

/// <summary>Calls of one method in one entry.</summary>
/// <param name="Calls">How many.</param>
/// <param name="Amount">What they used, together.</param>
/// <param name="Service">The configured name of the service; cut at 128 bytes.</param>
/// <param name="Method">The path that was called; cut at 128 bytes.</param>
public readonly record struct CounterLine(ulong Calls, UInt256 Amount, string Service, string Method);

/// <summary>The kind of an entry. The numbers are stored and never reused.</summary>
public enum CounterEntryKind : byte
{
    /// <summary>Calls used a part.</summary>
    Use = 1,

    /// <summary>More was bought.</summary>
    Purchase = 2,

    /// <summary>Something was bought, and what was there before belonged to an earlier channel with the same id.</summary>
    FirstPurchase = 3,

    /// <summary>The operator set what is used to zero.</summary>
    Reset = 4,
}
