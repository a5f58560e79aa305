using Microsoft.Extensions.Time.Testing;
using SnetGateway.Gateway.Usage;
using SnetGateway.Payments.Usage;
using SnetGateway.Payments.Values;
using Xunit;

namespace SnetGateway.Tests.Gateway.Usage;

/// <summary>What a process counts of its charged calls: exactly under concurrency, by day, and within a record's size.</summary>
public sealed class UsageCountersTests
{
    private static readonly Address s_payer = Address.Parse("0x00000000000000000000000000000000000000aa");

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 21, 23, 59, 59, TimeSpan.Zero));

    [Fact]
    public async Task ConcurrentCalls_AreAllCounted()
    {
        var counters = new UsageCounters(_time);
        await Parallel.ForAsync(0, 64, async (_, _) =>
        {
            await Task.Yield();
            for (int call = 0; call < 1_000; call++)
            {
                counters.Charged("echo", "/e.E/Say", s_payer, UInt256.Parse("20000000000000000000"), TimeSpan.FromMilliseconds(2));
            }
        });
        UsageSum sum = Assert.Single(Assert.Single(counters.Days).Read());
        Assert.Equal(
            new UsageSum("echo", "/e.E/Say", s_payer, 64_000, UInt256.Parse("1280000000000000000000000"), 128_000_000), sum);
    }

    [Fact]
    public void Midnight_BeginsADay_AndAClockSetBack_ContinuesTheOther()
    {
        var counters = new UsageCounters(_time);
        counters.Charged("echo", "/m", s_payer, 1, TimeSpan.Zero);
        _time.Advance(TimeSpan.FromSeconds(2));
        counters.Charged("echo", "/m", s_payer, 1, TimeSpan.Zero);
        _time.AdjustTime(new DateTimeOffset(2026, 11, 21, 23, 59, 59, TimeSpan.Zero));
        counters.Charged("echo", "/m", s_payer, 1, TimeSpan.Zero);
        Assert.Equal(
            [(new DateOnly(2026, 11, 21), 2UL), (new DateOnly(2026, 11, 22), 1UL)],
            counters.Days.Select(day => (day.Day, Assert.Single(day.Read()).Calls)));
        counters.Drop(counters.Days[0]);
        Assert.Equal(new DateOnly(2026, 11, 22), Assert.Single(counters.Days).Day);
    }

    [Fact]
    public void InventedNamesAndPayers_AreCountedTogether_AndTheRecordStaysSmall()
    {
        var counters = new UsageCounters(_time);
        for (uint i = 0; i < 5_000; i++)
        {
            byte[] address = new byte[Address.Size];
            BitConverter.TryWriteBytes(address, i);
            counters.Charged($"service-{i % 300}", $"/package.Service/Method{i}", new Address(address), 1, TimeSpan.FromMilliseconds(1));
        }

        UsageSum[] sums = Assert.Single(counters.Days).Read();
        Assert.Equal(5_000, sums.Sum(sum => (long)sum.Calls));
        Assert.Contains(sums, sum => sum is { Service: "", Method: "", Payer: null });
        var day = new UsageDay { Day = new DateOnly(2026, 11, 21), Process = 1, Name = "x", At = _time.GetUtcNow(), Sums = sums };
        Assert.InRange(day.Write().Length, 20_000, UsageDay.MaxSums + 1_024);
    }
}
