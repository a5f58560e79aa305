using SnetGateway.Ethereum.Signatures;
using SnetGateway.Gateway;
using SnetGateway.Gateway.Cli;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;
using SnetGateway.Storage;
using SnetGateway.Storage.Redis;
using SnetGateway.Tests.Storage;
using Xunit;

namespace SnetGateway.Tests.Gateway.Cli;

/// <summary>The commands that read a ledger which two gateways share, each with a journal of its own.</summary>
[Trait("Needs", "redis")]
public sealed class SharedLedgerCommandTests(RedisFixture redis, ITestOutputHelper log) : IClassFixture<RedisFixture>, IDisposable
{
    private static readonly PrivateKey s_key = PrivateKey.Parse("59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-shared-");
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private readonly LedgerOptions _options = redis.Empty();

    private string One => Path.Combine(_folder.FullName, "one");

    private string Two => Path.Combine(_folder.FullName, "two");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Verify_JournalsOfBothGateways_IsClean()
    {
        await PayInTurnsAsync();
        Assert.Equal(0, await RunAsync("ledger", "verify", "--journal", One, "--journal", Two));
        Assert.Equal("1 channels, 6 entries, 60 cogs delivered: clean", _output.ToString().Trim());
    }

    [Fact]
    public async Task Verify_OneJournalIsForgotten_NamesWhatIsMissing()
    {
        await PayInTurnsAsync(blocks: true);
        Assert.Equal(1, await RunAsync("ledger", "verify", "--journal", One));
        Assert.Contains("FAULT: ", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_NewestEntryInTheRecordAlone_IsANote()
    {
        await PayInTurnsAsync(journalsLast: false);
        Assert.Equal(0, await RunAsync("ledger", "verify", "--journal", One, "--journal", Two));
        Assert.Contains("note: entry 6 is held by the record alone", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("1 channels, 6 entries, 60 cogs delivered: clean", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_TellsTheWholeStory()
    {
        await PayInTurnsAsync(journalsLast: false);
        Assert.Equal(0, await RunAsync("ledger", "explain", "5", "--journal", One, "--journal", Two));
        for (int i = 1; i <= 6; i++)
        {
            Assert.Contains($"  {i}. ", _output.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Verify_FolderThatIsNotThere_SaysSo()
    {
        await PayInTurnsAsync();
        Assert.Equal(1, await RunAsync("ledger", "verify", "--journal", Path.Combine(_folder.FullName, "three")));
        Assert.Contains("Journal folder", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Channels_ReadsTheRecords()
    {
        await PayInTurnsAsync();
        Assert.Equal(0, await RunAsync("channels"));
        Assert.Contains(s_key.Address.ToString(), _output.ToString(), StringComparison.Ordinal);
    }

    /// <summary>Six calls of 10 cogs, by two gateways in turns, or three by the one and then three by the other.</summary>
    private async Task PayInTurnsAsync(bool journalsLast = true, bool blocks = false)
    {
        RedisRecordStore one = Open(One), two = Open(Two);
        var id = new ChannelId(5);
        long revision = 0;
        byte[] previous = [];
        for (int i = 1; i <= 6; i++)
        {
            bool isLast = i == 6 && !journalsLast;
            RedisRecordStore gateway = isLast ? Open(Path.Combine(_folder.FullName, "dead")) : (blocks ? i > 3 : i % 2 == 0) ? two : one;
            byte[] entry = Entry(id, i, previous);
            byte[] value = Record(id, i, entry);
            var key = new RecordKey(RecordKind.PaidChannel, id.Value.ToBigEndian());
            CommitResult result = await gateway.CommitAsync(
                new[] { new RecordWrite(key, revision, value, i, entry, previous) }, default);
            Assert.Equal(CommitOutcome.Committed, result.Outcome);
            (revision, previous) = (result.Revision, entry);
            if (isLast)
            {
                await gateway.DisposeAsync();
            }
        }

        await one.DisposeAsync();
        await two.DisposeAsync();
    }

    private RedisRecordStore Open(string journal) => RedisFixture.Open(redis.Redis.Options(_options.Redis.KeyPrefix, journal));

    private Task<int> RunAsync(params string[] args)
    {
        string[] all =
        [
            "--SnetGateway:Ledger:Store=redis",
            $"--SnetGateway:Ledger:Redis:Endpoint={_options.Redis.Endpoint}",
            $"--SnetGateway:Ledger:Redis:KeyPrefix={_options.Redis.KeyPrefix}",
            $"--SnetGateway:Chain:ChainId={LedgerFolder.Scope.ChainId}",
            $"--SnetGateway:Chain:EscrowAddress={LedgerFolder.Scope.Escrow}",
            .. args,
        ];
        return RunCommandAsync(all);
    }

    private async Task<int> RunCommandAsync(string[] args)
    {
        int code = await new CommandLine(new Terminal(TextReader.Null, _output, _error), GatewayApp.Build)
            .RunAsync(args, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60));
        log.WriteLine(_error.ToString());
        return code;
    }

    private static byte[] Entry(ChannelId id, int number, byte[] previous)
    {
        var entry = new JournalEntry
        {
            Kind = EntryKind.Settle,
            ChannelId = id,
            Sequence = number,
            Previous = JournalEntry.HashOf(previous),
            Nonce = default,
            Amount = (ulong)number * 10,
            Price = 10,
            Call = new CallId(1, (ulong)number),
            At = new DateTimeOffset(2026, 11, 21, 10, 0, number, TimeSpan.Zero),
            Service = "translate",
            Method = "/t.T/Go",
            Signature = Sign(id, (ulong)number * 10),
        };
        byte[] bytes = new byte[JournalEntry.MaxLength];
        return bytes[..entry.Write(bytes)];
    }

    private static byte[] Record(ChannelId id, int number, byte[] entry)
    {
        var record = new ChannelRecord
        {
            Id = id,
            Nonce = default,
            Amount = (ulong)number * 10,
            Signature = Sign(id, (ulong)number * 10),
            Sender = s_key.Address,
            Signer = s_key.Address,
            Sequence = number,
            NewestEntry = entry,
        };
        byte[] value = new byte[ChannelRecordCodec.RoomFor(record)];
        return value[..ChannelRecordCodec.Write(record, value)];
    }

    private static byte[] Sign(ChannelId id, ulong amount)
    {
        byte[] message = new byte[ClaimMessage.Length];
        ClaimMessage.Write(message, LedgerFolder.Scope.Escrow, id, default, amount);
        return s_key.SignMessage(message);
    }
}
