using SnetGateway.Payments.Records;
using SnetGateway.Storage.Redis;
using SnetGateway.TestKit.Processes;
using SnetGateway.TestKit.Stores;
using Xunit;

namespace SnetGateway.Tests.Storage;

/// <summary>A feed that cannot read logs it, and one invalid record does not stop it.</summary>
[Trait("Needs", "redis")]
public sealed class RedisFeedTests
{
    private const int Broken = 7034;
    private const int GoesOn = 7044;
    private const int PassedOver = 7045;

    private readonly LogLines _log = new();

    [Fact]
    public async Task InvalidRecords_AreSkippedAndLogged_OthersAreRead()
    {
        await using RedisProcess redis = await RedisProcess.StartAsync();
        await using RedisRecordStore near = Open(redis, "near");
        await using RedisRecordStore far = Open(redis, "far");
        _ = await near.ReadAllAsync(CancellationToken.None).ToArrayAsync();
        await far.MustWrite(1, 0, [1]);
        await far.MustWrite(2, 0, [2]);
        long sound = await far.MustWrite(3, 0, [3]);
        var keys = new RedisKeys("t", LedgerFolder.Scope);
        await RunAsync(redis, "DEL", keys.Of(StoreData.Key(1)));
        await RunAsync(redis, "SET", keys.Of(StoreData.Key(2)), "short"u8.ToArray());
        await RunAsync(redis, "ZADD", keys.Changes, "1"u8.ToArray(), [1]); // an invalid record name

        using var ended = new CancellationTokenSource(StoreCalls.Patience);
        await using IAsyncEnumerator<StoredRecord> feed = near.WatchAsync(ended.Token).GetAsyncEnumerator();
        Assert.True(await feed.MoveNextAsync());
        Assert.Equal((StoreData.Key(3), sound), (feed.Current.Key, feed.Current.Revision));
        long next = await far.MustWrite(4, 0, [4]);
        Assert.True(await feed.MoveNextAsync());
        Assert.Equal((StoreData.Key(4), next), (feed.Current.Key, feed.Current.Revision));

        string[] named = [.. _log.TextsOf(PassedOver)];
        Assert.Equal(3, named.Length);
        Assert.Contains(named, text => text.Contains($"{StoreData.Key(1)} is in the ledger's index", StringComparison.Ordinal));
        Assert.Contains(named, text => text.Contains($"{StoreData.Key(2)} in Redis has no revision", StringComparison.Ordinal));
        Assert.Contains(named, text => text.Contains("an invalid record name", StringComparison.Ordinal));
        Assert.DoesNotContain(Broken, _log.Ids);
    }

    [Fact]
    public async Task InvalidRecord_AtStartup_IsRefused()
    {
        await using RedisProcess redis = await RedisProcess.StartAsync();
        await using RedisRecordStore store = Open(redis, "near");
        await store.MustWrite(1, 0, [1]);
        await RunAsync(redis, "DEL", new RedisKeys("t", LedgerFolder.Scope).Of(StoreData.Key(1)));
        await Assert.ThrowsAsync<LedgerFormatException>(() => store.ReadAllAsync(CancellationToken.None).ToArrayAsync().AsTask());
    }

    [Fact]
    public async Task UnreachableStore_IsLoggedOnce_AndItsRecoveryToo()
    {
        await using RedisProcess redis = await RedisProcess.StartAsync();
        await using RedisRecordStore near = Open(redis, "near");
        await using RedisRecordStore far = Open(redis, "far");
        long revision = await far.MustWrite(1, 0, [1]);
        _ = await near.ReadAllAsync(CancellationToken.None).ToArrayAsync();
        using var ended = new CancellationTokenSource(Eventually.Patience);
        await using IAsyncEnumerator<StoredRecord> feed = near.WatchAsync(ended.Token).GetAsyncEnumerator();
        Task<bool> next = feed.MoveNextAsync().AsTask();
        await redis.KillAsync();
        await Eventually.TrueAsync("the feed is broken", () => Task.FromResult(_log.Ids.Contains(Broken)));
        await redis.RestartAsync();
        await Eventually.TrueAsync("the feed goes on", () => Task.FromResult(_log.Ids.Contains(GoesOn)));
        await WritableAsync(far);
        await far.MustWrite(1, revision, [2]);
        Assert.True(await next);
        Assert.Equal(2, feed.Current.Value.Span[0]);
        Assert.Single(_log.TextsOf(Broken));
        Assert.Single(_log.TextsOf(GoesOn));
    }

    private RedisRecordStore Open(RedisProcess redis, string journal) => new(
        redis.Options(journal: Path.Combine(redis.Folder, journal)), LedgerFolder.Scope, LedgerFolder.Metrics, _log, TimeProvider.System);

    private static Task WritableAsync(RedisRecordStore store) => Eventually.TrueAsync("Redis takes writes", async () =>
    {
        try
        {
            await store.ProbeAsync(CancellationToken.None);
            return true;
        }
        catch (StoreUnavailableException)
        {
            return false;
        }
    });

    /// <summary>Runs one command with binary arguments, which Redis's own client accepts as text only.</summary>
    private static async Task RunAsync(RedisProcess redis, string command, params byte[][] arguments)
    {
        const string Script = """
            for i = 2, #ARGV do ARGV[i] = ARGV[i]:gsub('..', function(b) return string.char(tonumber(b, 16)) end) end
            redis.call(unpack(ARGV))
            return 'done'
            """;
        string answer = await redis.CommandAsync(["EVAL", Script, "0", command, .. arguments.Select(Convert.ToHexString)]);
        Assert.Contains("done", answer, StringComparison.Ordinal);
    }
}
