using Microsoft.Extensions.Logging.Abstractions;
using SnetGateway.Payments.Records;
using SnetGateway.Storage;
using SnetGateway.Storage.Redis;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Processes;
using SnetGateway.TestKit.Stores;
using Xunit;

namespace SnetGateway.Tests.Storage;

/// <summary>While Redis is away everything ends within the store's own limit, however many ask: nobody waits behind another.</summary>
[Trait("Needs", "redis")]
public sealed class RedisOutageTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    private static readonly byte[] s_value = [1, 2, 3];

    [Fact]
    public async Task Paused_ProbesAndCommitsAtOnce_AllEndWithinOneLimit_AndItServesAgain()
    {
        await using RedisProcess redis = await RedisProcess.StartAsync();
        var time = new TestTimeProvider();
        RedisRecordStore store = Open(redis, time);
        await using var end = new Closing(store, time);
        long revision = await store.MustWrite(1, 0, s_value);
        redis.Pause();
        (Task<bool>[] probes, Task<CommitResult>[] commits) = AskAtOnce(store, time, revision);
        await time.WhenArmedAsync(probes.Length + commits.Length + 1); // each caller's patience, and the limit of the one check
        time.Advance(Limit);
        Assert.All(await Task.WhenAll(probes).WaitAsync(StoreCalls.Patience), Assert.False);
        Assert.All(await Task.WhenAll(commits).WaitAsync(StoreCalls.Patience), result => Assert.Equal(CommitOutcome.NotWritten, result.Outcome));

        redis.Resume();
        await WritableAsync(store);
        Assert.Equal(revision, await store.Revision(1)); // not written was the truth
        await store.MustWrite(1, revision, s_value);
    }

    [Fact]
    public async Task Killed_AfterTheTrustIsGone_RefusedWithoutAWait_AndItServesAgain()
    {
        await using RedisProcess redis = await RedisProcess.StartAsync();
        var time = new TestTimeProvider();
        RedisRecordStore store = Open(redis, time);
        await using var end = new Closing(store, time);
        long revision = await store.MustWrite(1, 0, s_value);
        await redis.KillAsync();
        await Eventually.TrueAsync("the client knows it", async () => (await store.Write(1, revision, s_value)).Outcome == CommitOutcome.NotWritten);

        // The clock stands: whoever waits for it waits for ever.
        (Task<bool>[] probes, Task<CommitResult>[] commits) = AskAtOnce(store, time, revision);
        Assert.All(await Task.WhenAll(probes).WaitAsync(StoreCalls.Patience), Assert.False);
        Assert.All(await Task.WhenAll(commits).WaitAsync(StoreCalls.Patience), result => Assert.Equal(CommitOutcome.NotWritten, result.Outcome));

        await redis.RestartAsync();
        await WritableAsync(store);
        await store.MustWrite(1, await store.Revision(1), s_value);
    }

    [Fact]
    public async Task Disposed_WhileItIsPaused_EndsAllWhoWait()
    {
        await using RedisProcess redis = await RedisProcess.StartAsync();
        var time = new TestTimeProvider();
        RedisRecordStore store = Open(redis, time);
        long revision = await store.MustWrite(1, 0, s_value);
        redis.Pause();
        (Task<bool>[] probes, Task<CommitResult>[] commits) = AskAtOnce(store, time, revision);
        await using (var end = new Closing(store, time))
        {
            // Ends while they wait.
        }

        Assert.All(await Task.WhenAll(probes).WaitAsync(StoreCalls.Patience), Assert.False);
        Assert.All(await Task.WhenAll(commits).WaitAsync(StoreCalls.Patience), result => Assert.Equal(CommitOutcome.NotWritten, result.Outcome));
        Assert.Equal(CommitOutcome.NotWritten, (await store.Write(1, revision, s_value)).Outcome);
    }

    [Fact]
    public async Task Paused_UntilTheTimeIsNearlyOver_IsRefusedRatherThanLeftInDoubt()
    {
        await using RedisProcess redis = await RedisProcess.StartAsync();
        var time = new TestTimeProvider();
        RedisRecordStore store = Open(redis, time);
        await using var end = new Closing(store, time);
        long revision = await store.MustWrite(1, 0, s_value);
        redis.Pause();
        (Task<bool>[] probes, Task<CommitResult>[] commits) = AskAtOnce(store, time, revision);
        await time.WhenArmedAsync(probes.Length + commits.Length + 1);
        time.Advance(Limit - TimeSpan.FromMilliseconds(20));
        redis.Resume();
        Assert.All(await Task.WhenAll(probes).WaitAsync(StoreCalls.Patience), Assert.False);
        Assert.All(await Task.WhenAll(commits).WaitAsync(StoreCalls.Patience), result => Assert.Equal(CommitOutcome.NotWritten, result.Outcome));
        await store.MustWrite(1, revision, s_value);
    }

    [Fact]
    public async Task EmptiedWhileManyWait_IsRefusedToAllOfThem()
    {
        await using RedisProcess redis = await RedisProcess.StartAsync();
        var time = new TestTimeProvider();
        RedisRecordStore store = Open(redis, time);
        await using var end = new Closing(store, time);
        await store.MustWrite(1, 0, s_value);
        await redis.CommandAsync("FLUSHALL");
        (Task<bool>[] probes, Task<CommitResult>[] commits) = AskAtOnce(store, time, revision: 0);
        Assert.All(await Task.WhenAll(probes).WaitAsync(StoreCalls.Patience), Assert.False);
        Assert.All(await Task.WhenAll(commits).WaitAsync(StoreCalls.Patience), result => Assert.Equal(CommitOutcome.NotWritten, result.Outcome));
        Assert.Equal(CommitOutcome.NotWritten, (await store.Write(1, 0, s_value)).Outcome);
    }

    private static RedisRecordStore Open(RedisProcess redis, TimeProvider time)
    {
        LedgerOptions options = redis.Options();
        options.CommitTimeout = Limit;
        return new RedisRecordStore(options, LedgerFolder.Scope, LedgerFolder.Metrics, NullLogger<RedisRecordStore>.Instance, time);
    }

    /// <summary>A minute's probes and some commits, when the last look at the settings is so old that all of them need a new one.</summary>
    private static (Task<bool>[] Probes, Task<CommitResult>[] Commits) AskAtOnce(RedisRecordStore store, TestTimeProvider time, long revision)
    {
        time.Advance(TimeSpan.FromSeconds(6));
        Task<bool>[] probes = [.. Enumerable.Range(0, 63).Select(_ => IsWritableAsync(store))];
        Task<CommitResult>[] commits = [.. Enumerable.Range(0, 20).Select(_ => store.Write(1, revision, s_value))];
        return (probes, commits);
    }

    private static async Task<bool> IsWritableAsync(RedisRecordStore store)
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
    }

    private static Task WritableAsync(RedisRecordStore store) => Eventually.TrueAsync("Redis takes writes", () => IsWritableAsync(store));

    /// <summary>Closes a store whose clock a test moves: what it waits for then comes, and a test that failed ends too.</summary>
    private sealed class Closing(RedisRecordStore store, TestTimeProvider time) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            Task closing = store.DisposeAsync().AsTask();
            await Eventually.TrueAsync("the store is closed", () =>
            {
                time.Advance(Limit / 2);
                return Task.FromResult(closing.IsCompleted);
            });
            await closing;
        }
    }
}
