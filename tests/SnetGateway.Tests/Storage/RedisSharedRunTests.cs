using System.Runtime.CompilerServices;
using Microsoft.Extensions.Time.Testing;
using SnetGateway.Payments.Records;
using SnetGateway.Storage.Redis;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Storage;

/// <summary>One check shared by all callers that need it, without a queue.</summary>
public sealed class RedisSharedRunTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _time = new();
    private readonly List<TaskCompletionSource<int>> _answers = [];
    private readonly SemaphoreSlim _begun = new(0);
    private readonly SemaphoreSlim _ended = new(0);

    [Fact]
    public async Task Many_WhileItRuns_WaitForTheSameRun()
    {
        using SharedRun<int> shared = Shared();
        Task<int>[] all = [.. Enumerable.Range(0, 10).Select(_ => shared.JoinAsync(s_limit))];
        await BegunAsync();
        _answers[0].SetResult(7);
        Assert.All(await Task.WhenAll(all), result => Assert.Equal(7, result));
        Assert.Single(_answers);
    }

    [Fact]
    public async Task Failure_IsReportedToAllWaiting_AndTheNextCallRunsAgain()
    {
        using SharedRun<int> shared = Shared();
        Task<int>[] all = [.. Enumerable.Range(0, 3).Select(_ => shared.JoinAsync(s_limit))];
        await BegunAsync();
        _answers[0].SetException(new StoreUnavailableException("no"));
        foreach (Task<int> one in all)
        {
            await Assert.ThrowsAsync<StoreUnavailableException>(() => one);
        }

        Task<int> next = shared.JoinAsync(s_limit);
        await BegunAsync();
        _answers[1].SetResult(1);
        Assert.Equal(1, await next);
    }

    [Fact]
    public async Task NoResponse_EndsAtTheLimit_AndTheNextCallRunsAgain()
    {
        using SharedRun<int> shared = Shared();
        Task<int> first = shared.JoinAsync(s_limit * 10);
        await BegunAsync();
        _time.Advance(s_limit);
        await Assert.ThrowsAsync<TimeoutException>(() => first.WaitAsync(StoreCalls.Patience));
        Task<int> next = shared.JoinAsync(s_limit);
        await BegunAsync();
        _answers[1].SetResult(1);
        Assert.Equal(1, await next);
    }

    [Fact]
    public async Task CallerThatTimesOut_DoesNotEndTheRunForOthers()
    {
        using SharedRun<int> shared = Shared();
        Task<int> patient = shared.JoinAsync(s_limit);
        Task<int> impatient = shared.JoinAsync(s_limit / 2);
        await BegunAsync();
        _time.Advance(s_limit / 2);
        await Assert.ThrowsAsync<TimeoutException>(() => impatient);
        _answers[0].SetResult(1);
        Assert.Equal(1, await patient);
    }

    [Fact]
    public async Task Dispose_EndsAllWaitingCalls_AndLaterOnes()
    {
        SharedRun<int> shared = Shared();
        Task<int>[] all = [.. Enumerable.Range(0, 3).Select(_ => shared.JoinAsync(s_limit))];
        await BegunAsync();
        shared.Dispose();
        foreach (Task<int> one in all)
        {
            await Assert.ThrowsAsync<StoreUnavailableException>(() => one.WaitAsync(StoreCalls.Patience));
        }

        await Assert.ThrowsAsync<StoreUnavailableException>(() => shared.JoinAsync(s_limit));
        shared.Dispose();
    }

    [Fact]
    public async Task Failure_AfterAllTimedOut_IsNotAnUnobservedException()
    {
        using var unseen = new UnseenFailure();
        await LeaveAndFailAsync(unseen.Message);
        Assert.False(unseen.IsReportedNow());
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task LeaveAndFailAsync(string message)
    {
        using SharedRun<int> shared = Shared();
        Task<int> waiting = shared.JoinAsync(s_limit / 2);
        await BegunAsync();
        _time.Advance(s_limit / 2);
        await Assert.ThrowsAsync<TimeoutException>(() => waiting);
        _answers[0].SetException(new InvalidOperationException(message));
        Assert.True(await _ended.WaitAsync(StoreCalls.Patience));
        _answers.Clear();
    }

    private SharedRun<int> Shared() => new(
        async stop =>
        {
            var answer = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
            _answers.Add(answer);
            _begun.Release();
            try
            {
                return await answer.Task.WaitAsync(stop);
            }
            finally
            {
                _ended.Release();
            }
        },
        s_limit,
        _time);

    private async Task BegunAsync() => Assert.True(await _begun.WaitAsync(StoreCalls.Patience));
}
