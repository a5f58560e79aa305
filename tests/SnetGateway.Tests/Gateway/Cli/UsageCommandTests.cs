using System.Text.Json;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Usage;
using SnetGateway.Payments.Values;
using Xunit;

namespace SnetGateway.Tests.Gateway.Cli;

/// <summary>`usage export` on a real file that its owner has open.</summary>
public sealed class UsageCommandTests : IAsyncLifetime
{
    private static readonly Address s_payer = Address.Parse("0x00000000000000000000000000000000000000aa");
    private static readonly DateTimeOffset s_day = new(2026, 5, 1, 10, 0, 0, TimeSpan.Zero);

    private readonly LedgerOfAGateway _ledger = new();

    /// <summary>Two calls and what one of them gave back on one day, a call on the next, durations of one call, a free call now.</summary>
    public async ValueTask InitializeAsync()
    {
        await WriteAsync(
            Entry(EntryKind.Settle, 1, s_day, 10), Entry(EntryKind.Settle, 2, s_day.AddHours(1), 20) with { IsCeiling = true },
            Entry(EntryKind.GiveBack, 3, s_day.AddHours(1), 5), Entry(EntryKind.Settle, 4, s_day.AddDays(1), 7));
        await new UsageDays(_ledger.Store).WriteAsync(
            new UsageDay
            {
                Day = DateOnly.FromDateTime(s_day.UtcDateTime), Process = 1, Name = "one", At = s_day,
                Sums = [new UsageSum("translate", "/t.T/Go", s_payer, 1, 10, 1_500_000)],
            },
            default);
        await _ledger.MakeFreeCallAsync(s_payer, "", "/t.T/Free");
    }

    public ValueTask DisposeAsync() => _ledger.DisposeAsync();

    [Fact]
    public async Task Days_HaveSums_WhatWasGivenBack_AndKnownDurations()
    {
        string[] lines = await ExportAsync("--to", "2026-05-03");
        Assert.Equal("day,organization,service,method,payer,calls,cogs,timed_calls,duration_seconds", lines[0]);
        Assert.Equal(
            [
                "2026-05-01,my-org,translate,/t.T/Go,0x00000000000000000000000000000000000000AA,2,25,1,1.500",
                "2026-05-02,my-org,translate,/t.T/Go,0x00000000000000000000000000000000000000AA,1,7,0,0.000",
            ],
            lines[1..]);
    }

    [Fact]
    public async Task Calls_OfAnInterval_FromItsBeginningAndBeforeItsEnd()
    {
        string[] interval = ["--by", "call", "--from", "2026-05-01T11:00Z", "--to", "2026-05-02T10:00Z", "--format", "json"];
        string[] lines = await ExportAsync(interval);
        Assert.Equal([("1", "20"), ("0", "-5")], lines.Select(line =>
        {
            JsonElement one = JsonDocument.Parse(line).RootElement;
            return (one.GetProperty("calls").GetString()!, one.GetProperty("cogs").GetString()!);
        }));
        Assert.Equal(lines, await ExportAsync(interval));
    }

    [Fact]
    public async Task FreeCalls_CostNothing()
    {
        string[] lines = await ExportAsync("--by", "call", "--from", "2026-05-03");
        Assert.EndsWith(
            "my-org,translate,/t.T/Free,0x00000000000000000000000000000000000000AA,free,1,0", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hosting_HasItsColumns()
    {
        string[] lines = await ExportAsync("--format", "hosting", "--to", "2026-05-02");
        Assert.Equal(["orgId,serviceId,duration,amount,timestamp", "my-org,translate,1500,25,2026-05-01T00:00:00Z"], lines);
    }

    [Theory]
    [InlineData("--to", "2999-01-01", "at least a minute ago")]
    [InlineData("--from", "yesterday", "is not a time")]
    [InlineData("--format", "xml", "xml")]
    [InlineData("--journal", "/nowhere", "only for the stores etcd and redis")]
    public async Task BadOption_SaysWhy(string option, string value, string expected)
    {
        Assert.Equal(2, await _ledger.RunAsync("usage", "export", option, value));
        Assert.Contains(expected, _ledger.Error, StringComparison.Ordinal);
    }

    private async Task<string[]> ExportAsync(params string[] options)
    {
        int code = await _ledger.RunAsync(["usage", "export", .. options]);
        Assert.True(code == 0, _ledger.Error);
        return _ledger.Output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
    }

    private static JournalEntry Entry(EntryKind kind, long sequence, DateTimeOffset at, ulong price) => new()
    {
        Kind = kind, ChannelId = new ChannelId(5), Sequence = sequence, Previous = default, Nonce = default, Amount = 100, Price = price,
        Call = new CallId(1, (ulong)sequence), At = at, Service = "translate", Method = "/t.T/Go", Signature = new byte[65],
    };

    private async Task WriteAsync(params JournalEntry[] entries)
    {
        var id = new ChannelId(5);
        long revision = 0;
        foreach (JournalEntry entry in entries)
        {
            byte[] bytes = new byte[JournalEntry.MaxLength];
            bytes = bytes[..entry.Write(bytes)];
            var record = new ChannelRecord
            {
                Id = id, Nonce = default, Amount = 100, Signature = new byte[65], Sender = s_payer, Signer = s_payer,
                Sequence = entry.Sequence, NewestEntry = bytes,
            };
            byte[] value = new byte[ChannelRecordCodec.RoomFor(record)];
            int length = ChannelRecordCodec.Write(record, value);
            CommitResult result = await _ledger.Store.CommitAsync(
                new[] { new RecordWrite(new Channel(id).Key, revision, value.AsMemory(0, length), entry.Sequence, bytes) }, default);
            Assert.Equal(CommitOutcome.Committed, result.Outcome);
            revision = result.Revision;
        }
    }
}
