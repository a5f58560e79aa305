using SnetGateway.Payments.Ledger;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Usage;
using SnetGateway.Payments.Values;
using SnetGateway.Storage.Memory;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Payments.Usage;

/// <summary>The records of daily sums: bytes, and writes of several processes.</summary>
public sealed class UsageDayTests
{
    private static readonly Address s_payer = Address.Parse("0x00000000000000000000000000000000000000aa");
    private static readonly DateOnly s_day = new(2026, 11, 21);

    [Fact]
    public void Record_OfFormat1_StaysReadable()
    {
        UsageDay day = Day(process: 1) with { Sums = [new UsageSum("s", "/m", s_payer, 2, 30, 400), new UsageSum("", "", null, 1, 5, 6)] };
        byte[] bytes = day.Write();
        Assert.Equal(
            "01" + "00000000000b4a64" + "0000000000000001" + "000178"
                + "000001a1fb671800" + "0000000000000002" + "000173" + "00022f6d" + "01" + "00000000000000000000000000000000000000aa"
                + "0000000000000002" + "011e" + "0000000000000190" + "0000" + "0000" + "00" + "0000000000000001" + "0105"
                + "0000000000000006",
            Convert.ToHexStringLower(bytes));
        var read = UsageDay.Read(new StoredRecord(day.Key, 1, bytes));
        Assert.Equal((day.Day, day.Process, day.Name, day.At), (read.Day, read.Process, read.Name, read.At));
        Assert.Equal(day.Sums, read.Sums);
    }

    [Fact]
    public void Record_Damaged_IsAFormatErrorOrOtherSums()
    {
        Random random = Seeds.Random(line => TestContext.Current.TestOutputHelper?.WriteLine(line));
        UsageSum[] sums = [.. Enumerable.Range(0, 9).Select(i => new UsageSum("s", $"/m{i}", s_payer, 2, 30, 4))];
        UsageDay day = Day(process: 7) with { Sums = sums };
        byte[] whole = day.Write();
        for (int i = 0; i < 5_000; i++)
        {
            byte[] bytes = random.Next(3) == 0 ? whole[..random.Next(whole.Length)] : [.. whole];
            for (int flips = bytes.Length == 0 ? 0 : random.Next(1, 4); flips > 0; flips--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            try
            {
                UsageDay.Read(new StoredRecord(day.Key, 1, bytes));
            }
            catch (LedgerFormatException)
            {
                // What is expected of most of them; anything else fails the test.
            }
        }
    }

    [Fact]
    public async Task Write_ReplacesTheOwnRecord_AndNoOther()
    {
        await using var store = new MemoryRecordStore();
        UsageDays one = new(store), other = new(store);
        Assert.True(await one.WriteAsync(Day(process: 1), default));
        Assert.True(await other.WriteAsync(Day(process: 2) with { Sums = [new UsageSum("s", "/m", s_payer, 5, 50, 1)] }, default));
        Assert.True(await one.WriteAsync(Day(process: 1) with { Sums = [new UsageSum("s", "/m", s_payer, 2, 20, 1)] }, default));
        List<UsageDay> days = await one.ReadAsync(s_day, s_day, default).ToListAsync();
        Assert.Equal([2UL, 5UL], days.Select(day => Assert.Single(day.Sums).Calls).Order());
        Assert.Empty(await one.ReadAsync(s_day.AddDays(1), DateOnly.MaxValue, default).ToListAsync());
    }

    [Fact]
    public async Task Write_AfterOneOfUnknownOutcome_IsDoneByTheNextAttempt()
    {
        await using var store = new MemoryRecordStore();
        Assert.True(await new UsageDays(store).WriteAsync(Day(process: 1), default));
        var days = new UsageDays(store); // knows nothing of the write, as after an unknown outcome
        Assert.False(await days.WriteAsync(Day(process: 1), default));
        Assert.True(await days.WriteAsync(Day(process: 1), default));
    }

    [Fact]
    public async Task LedgerCopy_TakesDays_AlsoThoseThatHaveGrownSinceTheLastCopy()
    {
        await using var source = new MemoryRecordStore();
        await using var target = new MemoryRecordStore();
        var days = new UsageDays(source);
        foreach (ulong calls in (ulong[])[2, 5])
        {
            Assert.True(await days.WriteAsync(Day(process: 1) with { Sums = [new UsageSum("s", "/m", s_payer, calls, 50, 1)] }, default));
            using var copy = new LedgerCopy(source, target, target, append: null);
            await copy.RunAsync(default);
            UsageDay copied = Assert.Single(await new UsageDays(target).ReadAsync(s_day, s_day, default).ToListAsync());
            Assert.Equal(calls, Assert.Single(copied.Sums).Calls);
        }
    }

    private static UsageDay Day(ulong process) => new()
    {
        Day = s_day, Process = process, Name = "x", At = new DateTimeOffset(2026, 11, 21, 0, 0, 0, TimeSpan.Zero), Sums = [],
    };
}
