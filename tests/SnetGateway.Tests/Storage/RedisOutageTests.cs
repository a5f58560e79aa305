using Microsoft.Extensions.Logging.Abstractions;
using SnetGateway.Payments.Records;
using SnetGateway.Storage;
using SnetGateway.Storage.Redis;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Processes;
using SnetGateway.TestKit.Stores;
using Xunit;

namespace SnetGateway.Tests.Storage;

/// <summary>While Redis is unreachable every call ends within the store's limit, however many run: none waits for another.</summary>
[Trait("Needs", "redis")]
public sealed class RedisOutageTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(1);

    private static readonly byte[] s_value = [1, 2, 3];

    [Fact]
    public async Task Paused_ConcurrentProbesAndCommits_AllEndWithinOneLimit_AndItRecovers()
    {
        await using RedisProcess redis = await RedisProcess.StartAsync();
        var time = new TestTimeProvider();
        RedisRecordStore store = Open(redis, time);
        await using var end = new Closing(store, time);
        long revision = await store.MustWrite(1, 0, s_value);
        redis.Pause();
        (Task<bool>[] probes, Task<CommitResult>[] commits) = AskAtOnce(store, time, revision);
        await time.WhenArmedAsync(probes.Length + commits.Length + 1); // each caller's timeout, and the limit of the shared check
        time.Advance(s_limit);
        Assert.All(await Task.WhenAll(probes).WaitAsync(StoreCalls.Patience), Assert.False);
        Assert.All(
            await Task.WhenAll(commits).WaitAsync(StoreCalls.Patience), result => Assert.Equal(CommitOutcome.NotWritten, result.Outcome));

        redis.Resume();
        await WritableAsync(store);
        Assert.Equal(revision, await store.Revision(1)); // not written was the truth
        await store.MustWrite(1, revision, s_value);
    }

    [Fact]
    public async Task Killed_WhenACheckIsDue_RejectsWithoutWaiting_AndRecovers()
    {
        await using RedisProcess redis = await RedisProcess.StartAsync();
        var time = new TestTimeProvider();
        RedisRecordStore store = Open(redis, time);
        await using var end = new Closing(store, time);
        long revision = await store.MustWrite(1, 0, s_value);
        await redis.KillAsync();
        await Eventually.TrueAsync(
            "the client knows it", async () => (await store.Write(1, revision, s_value)).Outcome == CommitOutcome.NotWritten);

        // The clock does not move, so a call that waits for it would wait indefinitely.
        (Task<bool>[] probes, Task<CommitResult>[] commits) = AskAtOnce(store, time, revision);
        Assert.All(await Task.WhenAll(probes).WaitAsync(StoreCalls.Patience), Assert.False);
        Assert.All(
            await Task.WhenAll(commits).WaitAsync(StoreCalls.Patience), result => Assert.Equal(CommitOutcome.NotWritten, result.Outcome));

        await redis.RestartAsync();
        await WritableAsync(store);
        await store.MustWrite(1, await store.Revision(1), s_value);
    }

    [Fact]
    public async Task Disposed_WhilePaused_EndsAllWaitingCalls()
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
        Assert.All(
            await Task.WhenAll(commits).WaitAsync(StoreCalls.Patience), result => Assert.Equal(CommitOutcome.NotWritten, result.Outcome));
        Assert.Equal(CommitOutcome.NotWritten, (await store.Write(1, revision, s_value)).Outcome);
    }

    [Fact]
    public async Task Paused_UntilShortlyBeforeTheLimit_IsRejectedAndNotInDoubt()
    {
        await using RedisProcess redis = await RedisProcess.StartAsync();
        var time = new TestTimeProvider();
        RedisRecordStore store = Open(redis, time);
        await using var end = new Closing(store, time);
        long revision = await store.MustWrite(1, 0, s_value);
        redis.Pause();
        (Task<bool>[] probes, Task<CommitResult>[] commits) = AskAtOnce(store, time, revision);
        await time.WhenArmedAsync(probes.Length + commits.Length + 1);
        time.Advance(s_limit - TimeSpan.FromMilliseconds(20));
        redis.Resume();
        Assert.All(await Task.WhenAll(probes).WaitAsync(StoreCalls.Patience), Assert.False);
        Assert.All(
            await Task.WhenAll(commits).WaitAsync(StoreCalls.Patience), result => Assert.Equal(CommitOutcome.NotWritten, result.Outcome));
        await store.MustWrite(1, revision, s_value);
    }

    [Fact]
    public async Task EmptiedWhileManyWait_AllAreRejected()
    {
        await using RedisProcess redis = await RedisProcess.StartAsync();
        var time = new TestTimeProvider();
        RedisRecordStore store = Open(redis, time);
        await using var end = new Closing(store, time);
        await store.MustWrite(1, 0, s_value);
        await redis.CommandAsync("FLUSHALL");
        (Task<bool>[] probes, Task<CommitResult>[] commits) = AskAtOnce(store, time, revision: 0);
        Assert.All(await Task.WhenAll(probes).WaitAsync(StoreCalls.Patience), Assert.False);
        Assert.All(
            await Task.WhenAll(commits).WaitAsync(StoreCalls.Patience), result => Assert.Equal(CommitOutcome.NotWritten, result.Outcome));
        Assert.Equal(CommitOutcome.NotWritten, (await store.Write(1, 0, s_value)).Outcome);
    }

    private static RedisRecordStore Open(RedisProcess redis, TimeProvider time)
    {
        LedgerOptions options = redis.Options();
        options.CommitTimeout = s_limit;
        return new RedisRecordStore(options, LedgerFolder.Scope, LedgerFolder.Metrics, NullLogger<RedisRecordStore>.Instance, time);
    }

    /// <summary>A minute's probes and some commits, at a time when all of them need a new check of the settings.</summary>
    private static (Task<bool>[] Probes, Task<CommitResult>[] Commits) AskAtOnce(
        RedisRecordStore store, TestTimeProvider time, long revision)
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

    /// <summary>Disposes a store whose clock the test moves, also after a failed test.</summary>
    private sealed class Closing(RedisRecordStore store, TestTimeProvider time) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            Task closing = store.DisposeAsync().AsTask();
            await Eventually.TrueAsync("the store is closed", () =>
            {
                time.Advance(s_limit / 2);
                return Task.FromResult(closing.IsCompleted);
            });
            await closing;
        }
    }
}
