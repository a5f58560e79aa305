using Microsoft.Extensions.Time.Testing;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;
using SnetGateway.Storage;
using SnetGateway.Storage.Redis;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Stores;
using Xunit;

namespace SnetGateway.Tests.Storage;

/// <summary>Behaviour that is specific to Redis: its settings, restarts, refusals, and another ledger in its place.</summary>
[Trait("Needs", "redis")]
public sealed class RedisStoreTests
{
    private static readonly byte[] s_value = [1, 2, 3];

    [Theory]
    [InlineData("appendonly is no", "--appendonly", "no")]
    [InlineData("appendfsync is everysec", "--appendfsync", "everysec")]
    [InlineData("no-appendfsync-on-rewrite is yes", "--no-appendfsync-on-rewrite", "yes")]
    [InlineData("maxmemory-policy is allkeys-lru", "--maxmemory-policy", "allkeys-lru")]
    [InlineData("CONFIG is not allowed", "--rename-command", "CONFIG", "")]
    [Rule(14)]
    public async Task Start_SettingsThatMayLosePayments_AreRefusedAndNamed(string fault, params string[] settings)
    {
        await using RedisProcess redis = await RedisProcess.StartAsync(settings);
        LedgerOptions options = redis.Options();
        await using (RedisRecordStore store = RedisFixture.Open(options))
        {
            StoreUnavailableException refused = await Assert.ThrowsAsync<StoreUnavailableException>(() => All(store));
            Assert.Contains(fault, refused.Message, StringComparison.Ordinal);
            Assert.Equal(CommitOutcome.NotWritten, (await store.Write(1, 0, s_value)).Outcome);
        }

        options.Redis.AllowUnsafe = true;
        await using RedisRecordStore anyway = RedisFixture.Open(options);
        await anyway.MustWrite(1, 0, s_value);
    }

    [Fact]
    public async Task Start_Replica_IsRefused()
    {
        await using RedisProcess primary = await RedisProcess.StartAsync();
        await using RedisProcess replica = await RedisProcess.StartAsync("--replicaof", "127.0.0.1", $"{primary.Port}");
        await using RedisRecordStore store = RedisFixture.Open(replica.Options());
        Assert.Contains(
            "role is slave", (await Assert.ThrowsAsync<StoreUnavailableException>(() => All(store))).Message, StringComparison.Ordinal);
    }

    [Fact]
    [Rule(14)]
    public async Task Start_UnderSentinel_IsRefused()
    {
        await using RedisProcess redis = await RedisProcess.StartAsync();
        await using var sentinel = TestKit.Processes.ChildProcess.Start(
            "redis-cli", ["-p", $"{redis.Port}", "SUBSCRIBE", "__sentinel__:hello"]);
        await sentinel.WaitForLineAsync(line => line.Contains("subscribe", StringComparison.Ordinal));
        await using RedisRecordStore store = RedisFixture.Open(redis.Options());
        Assert.Contains(
            "Sentinel", (await Assert.ThrowsAsync<StoreUnavailableException>(() => All(store))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Start_Unreachable_IsRefused() =>
        Assert.Throws<StoreUnavailableException>(() => RedisFixture.Open(new LedgerOptions
        {
            CommitTimeout = TimeSpan.FromMilliseconds(500),
            Redis = new RedisOptions { Endpoint = "127.0.0.1:1" },
        }));

    [Fact]
    public async Task Start_WithPassword_IsOpened_AndWithoutItNot()
    {
        await using RedisProcess redis = await RedisProcess.StartAsync("--requirepass", "long-and-secret");
        LedgerOptions options = redis.Options();
        Assert.Throws<StoreUnavailableException>(() => RedisFixture.Open(options));
        options.Redis.PasswordPath = Path.Combine(redis.Folder, "password");
        await File.WriteAllTextAsync(options.Redis.PasswordPath, "long-and-secret\n");
        await using RedisRecordStore store = RedisFixture.Open(options);
        await store.MustWrite(1, 0, s_value);
    }

    [Fact]
    [Rule(14)]
    public async Task Kill_WhileItCommits_EveryAcknowledgedCommitIsThere_AndItServesAgain()
    {
        await using RedisProcess redis = await RedisProcess.StartAsync();
        await using RedisRecordStore store = RedisFixture.Open(redis.Options());
        for (int life = 0; life < 3; life++)
        {
            long[] acknowledged = new long[8];
            using var ended = new CancellationTokenSource();
            Task[] writers = [.. Enumerable.Range(0, acknowledged.Length).Select(WriteUntilItFailsAsync)];
            StoreCalls.Until(() => acknowledged.All(revision => revision > 0));
            await redis.KillAsync();
            await Task.WhenAll(writers);
            await redis.RestartAsync();
            await WritableAsync(store);
            for (int channel = 0; channel < acknowledged.Length; channel++)
            {
                Assert.True(await store.Revision(channel) >= acknowledged[channel]);
            }

            async Task WriteUntilItFailsAsync(int channel)
            {
                long revision = await store.Revision(channel);
                while (true)
                {
                    CommitResult result = await store.Write(channel, revision, s_value);
                    if (result.Outcome != CommitOutcome.Committed)
                    {
                        Assert.True(result.Outcome is CommitOutcome.Unknown or CommitOutcome.NotWritten, $"{result.Outcome}");
                        return;
                    }

                    acknowledged[channel] = revision = result.Revision;
                }
            }
        }
    }

    [Fact]
    [Rule(14)]
    public async Task Restart_WithOtherSettings_IsNotTrusted_UntilTheyAreRight()
    {
        await using RedisProcess redis = await RedisProcess.StartAsync();
        await using RedisRecordStore store = RedisFixture.Open(redis.Options());
        long revision = await store.MustWrite(1, 0, s_value);
        await redis.KillAsync();
        await redis.RestartAsync("--appendfsync", "no");
        await UnwritableAsync(store, "appendfsync is no");
        Assert.Equal(CommitOutcome.NotWritten, (await store.Write(1, revision, s_value)).Outcome);

        await redis.CommandAsync("CONFIG", "SET", "appendfsync", "always");
        await store.MustWrite(1, revision, s_value);
    }

    [Fact]
    [Rule(9)]
    public async Task Restart_Empty_IsAnotherLedger_AndRefusedPermanently()
    {
        await using RedisProcess redis = await RedisProcess.StartAsync();
        await using RedisRecordStore store = RedisFixture.Open(redis.Options());
        await store.MustWrite(1, 0, s_value);
        await redis.CommandAsync("FLUSHALL");
        Assert.Equal(CommitOutcome.NotWritten, (await store.Write(2, 0, s_value)).Outcome);
        await using (RedisRecordStore newcomer = RedisFixture.Open(redis.Options()))
        {
            for (int i = 0; i < 5; i++)
            {
                await newcomer.MustWrite(i + 10, 0, s_value); // beyond the revision that the first has seen
            }
        }

        Assert.Equal(CommitOutcome.NotWritten, (await store.Write(2, 0, s_value)).Outcome);
        Assert.Contains(
            "another or an older ledger",
            (await Assert.ThrowsAsync<StoreUnavailableException>(() => store.ProbeAsync(default).AsTask())).Message,
            StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    [Rule(9)]
    public async Task Restart_OnAnOlderCopy_IsRefused()
    {
        await using RedisProcess redis = await RedisProcess.StartAsync();
        await using RedisRecordStore store = RedisFixture.Open(redis.Options());
        long first = await store.MustWrite(1, 0, s_value);
        string copy = redis.Folder + "-copy";
        CopyFolder(Path.Combine(redis.Folder, "appendonlydir"), copy);
        await store.MustWrite(1, first, s_value);
        await redis.KillAsync();
        Directory.Delete(Path.Combine(redis.Folder, "appendonlydir"), recursive: true);
        CopyFolder(copy, Path.Combine(redis.Folder, "appendonlydir"));
        Directory.Delete(copy, recursive: true);
        await redis.RestartAsync();
        await UnwritableAsync(store, "an older ledger");
        Assert.Equal(CommitOutcome.NotWritten, (await store.Write(1, first, s_value)).Outcome);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.Read(1));
    }

    [Fact]
    public async Task Settings_ChangedAtRunTime_AreFoundByTheProbe()
    {
        await using RedisProcess redis = await RedisProcess.StartAsync();
        var time = new FakeTimeProvider();
        await using var store = new RedisRecordStore(
            redis.Options(), LedgerFolder.Scope, LedgerFolder.Metrics,
            Microsoft.Extensions.Logging.Abstractions.NullLogger<RedisRecordStore>.Instance, time);
        await store.ProbeAsync(default);
        await redis.CommandAsync("CONFIG", "SET", "appendfsync", "everysec");
        time.Advance(TimeSpan.FromSeconds(6));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.ProbeAsync(default).AsTask());
    }

    [Fact]
    public async Task Full_NotWritten_AndRecovers()
    {
        await using RedisProcess redis = await RedisProcess.StartAsync();
        await using RedisRecordStore store = RedisFixture.Open(redis.Options());
        long revision = await store.MustWrite(1, 0, s_value);
        await redis.CommandAsync("CONFIG", "SET", "maxmemory", "1");
        CommitResult[] results = await Task.WhenAll(Enumerable.Range(1, 5).Select(i => store.Write(i, i == 1 ? revision : 0, s_value)));
        Assert.All(results, result => Assert.Equal(CommitOutcome.NotWritten, result.Outcome));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.ProbeAsync(default).AsTask());
        Assert.Equal(revision, await store.Revision(1));
        await redis.CommandAsync("CONFIG", "SET", "maxmemory", "0");
        await store.MustWrite(1, revision, s_value);
    }

    [Fact]
    public async Task ReadOnlyServer_NotWritten()
    {
        await using RedisProcess redis = await RedisProcess.StartAsync("--min-replicas-to-write", "0");
        await using RedisRecordStore store = RedisFixture.Open(redis.Options());
        await store.MustWrite(1, 0, s_value);
        await redis.CommandAsync("CONFIG", "SET", "min-replicas-to-write", "1");
        Assert.Equal(CommitOutcome.NotWritten, (await store.Write(2, 0, s_value)).Outcome);
        Assert.Null(await store.Read(2));
    }

    [Fact]
    public async Task Paused_Unknown_AndWrittenOrNotAfterResume()
    {
        await using RedisProcess redis = await RedisProcess.StartAsync();
        LedgerOptions options = redis.Options();
        options.CommitTimeout = TimeSpan.FromMilliseconds(300);
        await using RedisRecordStore store = RedisFixture.Open(options);
        long revision = await store.MustWrite(1, 0, s_value);
        redis.Pause();
        Assert.Equal(CommitOutcome.Unknown, (await store.Write(1, revision, [9])).Outcome);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.Read(1));
        redis.Resume();
        await WritableAsync(store);
        StoredRecord after = (await store.Read(1))!;
        Assert.True(after.Revision == revision || after.Value.Span.SequenceEqual(new byte[] { 9 }));
    }

    [Fact]
    [Rule(16)]
    public async Task FormatKey_ThatNamesOthersOnly_KeepsThisVersionFromWriting()
    {
        await using RedisProcess redis = await RedisProcess.StartAsync();
        await using RedisRecordStore store = RedisFixture.Open(redis.Options());
        long revision = await store.MustWrite(1, 0, s_value);
        string key = Convert.ToHexString(new RedisKeys("t", LedgerFolder.Scope).Format);
        await redis.CommandAsync(
            "EVAL", "return redis.call('SET', (ARGV[1]:gsub('..', function(b) return string.char(tonumber(b, 16)) end)), ARGV[2])", "0",
            key, "2");
        Assert.Equal(CommitOutcome.NotWritten, (await store.Write(1, revision, s_value)).Outcome);
        await using (RedisRecordStore late = RedisFixture.Open(redis.Options()))
        {
            await Assert.ThrowsAsync<LedgerFormatException>(() => All(late));
        }

        await redis.CommandAsync(
            "EVAL", "return redis.call('SET', (ARGV[1]:gsub('..', function(b) return string.char(tonumber(b, 16)) end)), ARGV[2])", "0",
            key, "1,2");
        await store.MustWrite(1, revision, s_value);
    }

    [Fact]
    public async Task OtherChainOrContract_SharesNoRecord()
    {
        await using RedisProcess redis = await RedisProcess.StartAsync();
        await using RedisRecordStore one = RedisFixture.Open(redis.Options());
        await one.MustWrite(1, 0, s_value);
        await using var other = new RedisRecordStore(
            redis.Options(), new LedgerScope(2, default(Address)), LedgerFolder.Metrics,
            Microsoft.Extensions.Logging.Abstractions.NullLogger<RedisRecordStore>.Instance, TimeProvider.System);
        Assert.Null(await other.Read(1));
        Assert.Empty(await other.ReadAllAsync(default).ToArrayAsync());
    }

    [Fact]
    [Rule(16)]
    public void Keys_HaveTheseBytes()
    {
        var keys = new RedisKeys("snet", LedgerFolder.Scope);
        const string Scope = "010000000000000001" + "5E592F9B1D303183D963635F895F0F0C48284F4E";
        Assert.Equal(
            "736E65743A" + Scope + "01" + "0102", Convert.ToHexString(keys.Of(new RecordKey(RecordKind.PaidChannel, new byte[] { 1, 2 }))));
        Assert.Equal("736E65743A" + Scope + "00" + Convert.ToHexString("format"u8), Convert.ToHexString(keys.Format));
        Assert.Equal("010102", Convert.ToHexString(RedisKeys.Member(new RecordKey(RecordKind.PaidChannel, new byte[] { 1, 2 }))));
        StoredRecord read = RedisKeys.Read(StoreData.Key(1), [0, 0, 0, 0, 0, 0, 0, 5, 7]);
        Assert.Equal((5L, (byte)7), (read.Revision, read.Value.Span[0]));
        Assert.Throws<LedgerFormatException>(() => RedisKeys.Read(StoreData.Key(1), [0, 0, 0, 0, 0, 0, 0, 5]));
    }

    [Fact]
    public async Task TwoGateways_EachSeesWhatTheOtherWrites()
    {
        await using RedisProcess redis = await RedisProcess.StartAsync();
        await using RedisRecordStore one = RedisFixture.Open(redis.Options(journal: Path.Combine(redis.Folder, "one")));
        await using RedisRecordStore two = RedisFixture.Open(redis.Options(journal: Path.Combine(redis.Folder, "two")));
        await All(one);
        using var ended = new CancellationTokenSource(StoreCalls.Patience);
        await using IAsyncEnumerator<StoredRecord> feed = one.WatchAsync(ended.Token).GetAsyncEnumerator();
        long revision = await two.MustWrite(1, 0, s_value, 1);
        Assert.True(await feed.MoveNextAsync());
        Assert.Equal((StoreData.Key(1), revision), (feed.Current.Key, feed.Current.Revision));

        // The feed survives a restart of Redis.
        await redis.KillAsync();
        await redis.RestartAsync();
        await WritableAsync(two);
        long next = await two.MustWrite(1, revision, [4], 2);
        Assert.True(await feed.MoveNextAsync());
        Assert.Equal(next, feed.Current.Revision);
    }

    [Fact]
    public async Task LedgerWithoutARecord_IsProbedManyTimes_AndThenWritten()
    {
        await using RedisProcess redis = await RedisProcess.StartAsync();
        await using RedisRecordStore store = RedisFixture.Open(redis.Options());
        for (int i = 0; i < 3; i++)
        {
            await store.ProbeAsync(CancellationToken.None);
        }

        Assert.Empty(await All(store)); // a probe writes no record
        await store.MustWrite(1, 0, s_value);
        Assert.Equal(StoreData.Key(1), Assert.Single(await All(store)).Key);
    }

    [Fact]
    [Rule(15)]
    public async Task EntryThatIsAboutToLeaveItsRecord_IsInTheJournalFirst()
    {
        await using RedisProcess redis = await RedisProcess.StartAsync();
        await using RedisRecordStore store = RedisFixture.Open(redis.Options());
        await store.KeepsTheEntryBeforeAsync();
    }

    private static async Task WritableAsync(RedisRecordStore store) =>
        await TestKit.Processes.Eventually.TrueAsync("Redis takes writes", async () =>
        {
            try
            {
                await store.ProbeAsync(default);
                return true;
            }
            catch (StoreUnavailableException)
            {
                return false;
            }
        });

    private static async Task UnwritableAsync(RedisRecordStore store, string reason) =>
        await TestKit.Processes.Eventually.TrueAsync($"Redis is refused: {reason}", async () =>
        {
            try
            {
                await store.ProbeAsync(default);
                return false;
            }
            catch (StoreUnavailableException exception)
            {
                return exception.Message.Contains(reason, StringComparison.Ordinal);
            }
        });

    private static Task<StoredRecord[]> All(RedisRecordStore store) => store.ReadAllAsync(CancellationToken.None).ToArrayAsync().AsTask();

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.EnumerateFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }
}
