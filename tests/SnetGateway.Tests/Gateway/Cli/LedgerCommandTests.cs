using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Gateway;
using SnetGateway.Gateway.Cli;
using SnetGateway.Gateway.PaymentCore;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;
using SnetGateway.Storage;
using Xunit;

namespace SnetGateway.Tests.Gateway.Cli;

/// <summary>The commands that read the ledger, on a real file that its owner has open.</summary>
public sealed class LedgerCommandTests : IAsyncLifetime
{
    private const string Escrow = "0x5e592F9b1d303183d963635f895f0f0C48284f4e";
    private static readonly PrivateKey s_key = PrivateKey.Parse("59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d");
    private static readonly LedgerScope s_scope = new(31_337, Address.Parse(Escrow));

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-ledger-");
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().AddSingleton<StorageMetrics>().BuildServiceProvider();
    private IRecordStore _store = null!;

    private string File => Path.Combine(_folder.FullName, "ledger.db");

    public async ValueTask InitializeAsync()
    {
        _store = RecordStores.Open(
            new LedgerOptions { Path = File }, s_scope, _services.GetRequiredService<StorageMetrics>(), NullLoggerFactory.Instance,
            TimeProvider.System);
        await WriteAsync(channel: 5, damage: false);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _services.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Channels_Table_AndJson()
    {
        Assert.Equal(0, await RunAsync("channels"));
        string[] lines = _output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.Contains(s_key.Address.ToString(), lines[1], StringComparison.Ordinal);
        Assert.Contains("2026-11-21 10:00:01Z", lines[1], StringComparison.Ordinal);

        _output.GetStringBuilder().Clear();
        Assert.Equal(0, await RunAsync("channels", "--json"));
        JsonElement row = JsonDocument.Parse(_output.ToString()).RootElement;
        Assert.Equal("5", row.GetProperty("channel").GetString());
        Assert.Equal("30", row.GetProperty("authorised").GetString());
    }

    [Fact]
    public async Task Channels_OnATerminalThatIsTooNarrow_IsAListWithTheWholeAddress()
    {
        Assert.Equal(0, await RunAsync(terminal => terminal with { IsOutputSeen = true, Width = 80 }, "channels"));
        string[] lines = _output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains($"{"sender",-16}  {s_key.Address}", lines);
        Assert.Contains($"{"authorised",-16}  30", lines);
    }

    [Fact]
    public async Task Explain_TellsEveryPaidCall()
    {
        Assert.Equal(0, await RunAsync("ledger", "explain", "5"));
        Assert.Contains(
            "1. 2026-11-21 10:00:00Z  translate /t.T/Go for 10 cogs: 10 signed at nonce 0", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("now at nonce 0: 30 cogs signed, to be claimed", _output.ToString(), StringComparison.Ordinal);

        _output.GetStringBuilder().Clear();
        Assert.Equal(0, await RunAsync("ledger", "explain", "5", "--json"));
        JsonElement story = JsonDocument.Parse(_output.ToString()).RootElement;
        Assert.Equal(2, story.GetProperty("entries").GetArrayLength());
    }

    [Fact]
    public async Task Explain_UnknownOrNoId_SaysSo()
    {
        Assert.Equal(1, await RunAsync("ledger", "explain", "6"));
        Assert.Equal(2, await RunAsync("ledger", "explain", "six"));
        Assert.Equal(2, _error.ToString().Trim().Split('\n').Length);
    }

    [Fact]
    public async Task Verify_CleanLedger_ExitsWith0()
    {
        Assert.Equal(0, await RunAsync("ledger", "verify"));
        Assert.Equal("1 channels, 2 entries, 30 cogs delivered: clean", _output.ToString().Trim());
    }

    [Fact]
    public async Task Verify_BrokenLedger_ExitsWith1AndNamesTheFault()
    {
        await WriteAsync(channel: 9, damage: true);

        Assert.Equal(1, await RunAsync("ledger", "verify"));
        Assert.Contains("channel 9: FAULT: ", _output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("channel 5", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Channels_NoLedgerThere_SaysSo()
    {
        Assert.Equal(1, await RunAsync("channels", $"--SnetGateway:Ledger:Path={File}.other"));
        Assert.Single(_error.ToString().Trim().Split('\n'));
    }

    [Fact]
    public async Task Channels_ChainUnknown_AsksForIt()
    {
        Assert.Equal(2, await RunAsync("channels", "--SnetGateway:Chain:ChainId=none"));
        Assert.Contains("SnetGateway:Chain:ChainId", _error.ToString(), StringComparison.Ordinal);
    }

    private Task<int> RunAsync(params string[] args) => RunAsync(terminal => terminal, args);

    private Task<int> RunAsync(Func<Terminal, Terminal> on, params string[] args)
    {
        string[] all =
        [
            $"--SnetGateway:Ledger:Path={File}", "--SnetGateway:Chain:ChainId=31337", $"--SnetGateway:Chain:EscrowAddress={Escrow}",
            .. args,
        ];
        return new CommandLine(on(new Terminal(TextReader.Null, _output, _error)), GatewayApp.Build)
            .RunAsync(all, CancellationToken.None)
            .WaitAsync(TimeSpan.FromSeconds(60));
    }

    /// <summary>Two calls of 10 and 20 cogs; with damage the second is booked as if it had cost nothing.</summary>
    private async Task WriteAsync(ulong channel, bool damage)
    {
        var id = new ChannelId(channel);
        byte[] first = Entry(id, 1, default, amount: 10, price: 10);
        byte[] second = Entry(id, 2, JournalEntry.HashOf(first), amount: 30, price: damage ? 0ul : 20ul);
        long revision = await CommitAsync(id, 1, 10, first, 0);
        await CommitAsync(id, 2, 30, second, revision);
    }

    private async Task<long> CommitAsync(ChannelId id, long sequence, ulong amount, byte[] entry, long expected)
    {
        var record = new ChannelRecord
        {
            Id = id,
            Nonce = default,
            Amount = amount,
            Signature = Sign(id, amount),
            Sender = s_key.Address,
            Signer = s_key.Address,
            Sequence = sequence,
            NewestEntry = entry,
        };
        byte[] value = new byte[ChannelRecordCodec.RoomFor(record)];
        int length = ChannelRecordCodec.Write(record, value);
        var key = new RecordKey(RecordKind.PaidChannel, id.Value.ToBigEndian());
        CommitResult result = await _store.CommitAsync(
            new[] { new RecordWrite(key, expected, value.AsMemory(0, length), sequence, entry) }, default);
        Assert.Equal(CommitOutcome.Committed, result.Outcome);
        return result.Revision;
    }

    private static byte[] Entry(ChannelId id, long sequence, Bytes32 previous, ulong amount, ulong price)
    {
        var entry = new JournalEntry
        {
            Kind = EntryKind.Settle,
            ChannelId = id,
            Sequence = sequence,
            Previous = previous,
            Nonce = default,
            Amount = amount,
            Price = price,
            Call = new CallId(1, (ulong)sequence),
            At = new DateTimeOffset(2026, 11, 21, 10, 0, (int)sequence - 1, TimeSpan.Zero),
            Service = "translate",
            Method = "/t.T/Go",
            Signature = Sign(id, amount),
        };
        byte[] bytes = new byte[JournalEntry.MaxLength];
        return bytes[..entry.Write(bytes)];
    }

    private static byte[] Sign(ChannelId id, ulong amount)
    {
        byte[] message = new byte[ClaimMessage.Length];
        ClaimMessage.Write(message, s_scope.Escrow, id, default, amount);
        return s_key.SignMessage(message);
    }
}
