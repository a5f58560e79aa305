using System.Buffers.Binary;
using System.Text;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Usage;

/// <summary>
/// The calls that one process has charged on one day, and their durations. Each process has its own records, so no two write the same one.
/// The journal of the ledger has calls and cogs exactly; durations are only here, and those since the last write are lost when a process is
/// killed.
/// </summary>
public sealed record UsageDay
{
    private const byte Format = 1;
    private const int KeyLength = sizeof(int) + sizeof(ulong);
    private const int MaxName = 128;
    private const int MaxFields = 256;
    private const int SumFields = 80;

    /// <summary>Most bytes of one sum.</summary>
    public const int MaxSum = SumFields + (2 * MaxName);

    /// <summary>Most bytes of all sums: the record stays below the store's limit of a value.</summary>
    public const int MaxSums = 56 * 1024;

    /// <summary>The day, in UTC.</summary>
    public required DateOnly Day { get; init; }

    /// <summary>The process: a number that no other has.</summary>
    public required ulong Process { get; init; }

    /// <summary>Its name for people: host and admin listener.</summary>
    public required string Name { get; init; }

    /// <summary>Up to when calls are counted.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The sums, in no order.</summary>
    public required IReadOnlyList<UsageSum> Sums { get; init; }

    internal RecordKey Key
    {
        get
        {
            byte[] id = new byte[KeyLength];
            BinaryPrimitives.WriteInt32BigEndian(id, Day.DayNumber);
            BinaryPrimitives.WriteUInt64BigEndian(id.AsSpan(sizeof(int)), Process);
            return new RecordKey(RecordKind.DailyUsage, id);
        }
    }

    /// <summary>Bytes that a sum takes in a record, at most.</summary>
    public static int SizeOf(string service, string method) =>
        SumFields + Math.Min(MaxName, Encoding.UTF8.GetByteCount(service)) + Math.Min(MaxName, Encoding.UTF8.GetByteCount(method));

    /// <summary>Reads a record. Throws <see cref="LedgerFormatException"/>.</summary>
    internal static UsageDay Read(StoredRecord stored)
    {
        var reader = new ByteReader(stored.Value);
        if (reader.Byte() is var format && format != Format)
        {
            throw new LedgerFormatException($"record {stored.Key} has format {format}; this version reads format {Format}");
        }

        ulong day = reader.UInt64();
        var read = new UsageDay
        {
            Day = day <= (ulong)DateOnly.MaxValue.DayNumber
                ? DateOnly.FromDayNumber((int)day)
                : throw new LedgerFormatException($"record {stored.Key} has a day that is out of range"),
            Process = reader.UInt64(),
            Name = reader.Text(),
            At = reader.Moment(),
            Sums = new UsageSum[(int)Math.Min(reader.UInt64(), MaxSums)],
        };
        var sums = (UsageSum[])read.Sums;
        for (int i = 0; i < sums.Length; i++)
        {
            sums[i] = new UsageSum(
                reader.Text(), reader.Text(), reader.Byte() == 0 ? null : reader.Address(), reader.UInt64(), reader.Number(),
                reader.UInt64());
        }

        return reader.AtEnd && read.Key == stored.Key ? read : throw new LedgerFormatException($"record {stored.Key} is damaged");
    }

    internal byte[] Write()
    {
        byte[] value = new byte[MaxFields + (Sums.Count * MaxSum)];
        var writer = new ByteWriter(value);
        writer.Byte(Format);
        writer.UInt64((ulong)Day.DayNumber);
        writer.UInt64(Process);
        writer.Text(Name, MaxName);
        writer.UInt64((ulong)At.ToUnixTimeMilliseconds());
        writer.UInt64((ulong)Sums.Count);
        foreach (UsageSum sum in Sums)
        {
            writer.Text(sum.Service, MaxName);
            writer.Text(sum.Method, MaxName);
            writer.Byte(sum.Payer is null ? (byte)0 : (byte)1);
            if (sum.Payer is { } payer)
            {
                writer.Address(payer);
            }

            writer.UInt64(sum.Calls);
            writer.Number(sum.Cogs);
            writer.UInt64(sum.Microseconds);
        }

        return value[..writer.Length];
    }
}

/// <summary>Charged calls of one method by one payer on one day.</summary>
/// <param name="Service">The configured name of the service; empty for all that have no sum of their own.</param>
/// <param name="Method">The path that was called; empty for all of the service that have no sum of their own.</param>
/// <param name="Payer">The channel's sender, or the user of free calls; null with an empty method.</param>
/// <param name="Calls">Calls whose response has ended.</param>
/// <param name="Cogs">What they cost together.</param>
/// <param name="Microseconds">Time from each call to the end of its response, together.</param>
public readonly record struct UsageSum(string Service, string Method, Address? Payer, ulong Calls, UInt256 Cogs, ulong Microseconds);
