using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using SnetGateway.Gateway;
using SnetGateway.Gateway.Cli;
using SnetGateway.Gateway.PaymentCore;
using SnetGateway.Payments;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Counters;
using SnetGateway.Payments.FreeCalls;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Usage;
using SnetGateway.Payments.Values;
using SnetGateway.Storage;
using SnetGateway.Tests.Gateway.Configuration;
using SnetGateway.Tests.Payments;
using Xunit;

namespace SnetGateway.Tests.Gateway.Cli;

/// <summary>`usage export` on a real file that its owner has open.</summary>
public sealed class UsageCommandTests : IAsyncLifetime
{
    private static readonly Address s_payer = Address.Parse("0x00000000000000000000000000000000000000aa");
    private static readonly DateTimeOffset s_day = new(2026, 5, 1, 10, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-usage-");
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().AddSingleton<StorageMetrics>().BuildServiceProvider();
    private readonly Dictionary<string, string?> _settings = Samples.Good();
    private IRecordStore _store = null!;

    private string File => Path.Combine(_folder.FullName, "ledger.db");

    /// <summary>Two calls and what one of them gave back on one day, a call on the next, durations of one call, a free call now.</summary>
    public async ValueTask InitializeAsync()
    {
        _store = RecordStores.Open(
            new LedgerOptions { Path = File }, new LedgerScope(31_337, Address.Parse(_settings["SnetGateway:Chain:EscrowAddress"]!)),
            _services.GetRequiredService<StorageMetrics>(), NullLoggerFactory.Instance, TimeProvider.System);
        await WriteAsync(
            Entry(EntryKind.Settle, 1, s_day, 10), Entry(EntryKind.Settle, 2, s_day.AddHours(1), 20) with { IsCeiling = true },
            Entry(EntryKind.GiveBack, 3, s_day.AddHours(1), 5), Entry(EntryKind.Settle, 4, s_day.AddDays(1), 7));
        await new UsageDays(_store).WriteAsync(
            new UsageDay
            {
                Day = DateOnly.FromDateTime(s_day.UtcDateTime), Process = 1, Name = "one", At = s_day,
                Sums = [new UsageSum("translate", "/t.T/Go", s_payer, 1, 10, 1_500_000)],
            },
            default);
        var counts = new CounterLedger(_store, new CounterBook(1), TimeProvider.System, new LivePaidCallOptions(new PaidCallOptions()));
        RecordKey key = new FreeCallUser(s_payer, "").CounterKey(FreeCallOffer.QuotaIdsOf("my-org", "translate", Samples.GroupId));
        var call = new PaidCall(new PaidService("translate", PaymentRig.Group, new FixedPrice(1)), "/t.T/Free");
        Counter counter = (await counts.FindAsync(key, default))!;
        (CounterUse? use, _) = await counts.HoldAsync(counter, UInt256.One, UInt256.MaxValue, call, default);
        Assert.Equal(CounterOutcome.Done, await counts.SettleAsync(use!));
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _services.DisposeAsync();
        _folder.Delete(recursive: true);
    }

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
        Assert.Equal(2, await RunAsync("usage", "export", option, value));
        Assert.Contains(expected, _error.ToString(), StringComparison.Ordinal);
    }

    private async Task<string[]> ExportAsync(params string[] options)
    {
        _output.GetStringBuilder().Clear();
        int code = await RunAsync(["usage", "export", .. options]);
        Assert.True(code == 0, _error.ToString());
        return _output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
    }

    private Task<int> RunAsync(params string[] args)
    {
        string[] settings = [.. _settings.Select(pair => $"--{pair.Key}={pair.Value}"), "--SnetGateway:Ledger:Store=sqlite",
            $"--SnetGateway:Ledger:Path={File}"];
        return new CommandLine(new Terminal(TextReader.Null, _output, _error), GatewayApp.Build)
            .RunAsync([.. settings, .. args], CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60));
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
            CommitResult result = await _store.CommitAsync(
                new[] { new RecordWrite(new Channel(id).Key, revision, value.AsMemory(0, length), entry.Sequence, bytes) }, default);
            Assert.Equal(CommitOutcome.Committed, result.Outcome);
            revision = result.Revision;
        }
    }
}
