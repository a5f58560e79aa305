using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Counters;
using SnetGateway.Payments.Ledger;
using SnetGateway.Payments.Pauses;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Training;
using SnetGateway.TestKit.Payments;
using Xunit;

namespace SnetGateway.Tests.Payments.Pauses;

/// <summary>What is paused, in the store and in the memory of several gateways.</summary>
public sealed class PauseBookTests
{
    private readonly ScriptedStore _store = new() { IsShared = true };
    private readonly PauseSwitch _here = new();
    private readonly PauseSwitch _there = new();

    private PauseBook Here => new(_store, _here, TimeProvider.System);

    private PauseBook There => new(_store, _there, TimeProvider.System);

    [Fact]
    public async Task Pause_CoversItsService_AndAllCoversEvery()
    {
        await Here.PauseAsync("one", default);
        Assert.True(_here.Current.Covers("one"));
        Assert.False(_here.Current.Covers("two"));
        await Here.PauseAsync(PauseSet.All, default);
        Assert.True(_here.Current.Covers("two"));
        await Here.ResumeAsync("two", default); // was not paused itself
        Assert.True(_here.Current.Covers("two"));
        await Here.ResumeAsync(PauseSet.All, default);
        Assert.False(_here.Current.Covers("one"));
    }

    [Fact]
    public async Task PauseOfAnotherGateway_IsKept()
    {
        await Here.PauseAsync("one", default);
        await There.PauseAsync("two", default); // knows nothing of the first
        Assert.Equal(["one", "two"], _there.Current.Since.Keys.Order());
        await Here.ResumeAsync("one", default);
        Assert.Equal(["two"], _here.Current.Since.Keys);
    }

    [Fact]
    public async Task AfterARestart_TheSameIsPaused()
    {
        await Here.PauseAsync("one", default);
        var book = new ChannelBook([]);
        await new LedgerSync(_store, book, new CounterBook(1), new CursorStore(_store, book), new TrainingModels(_store), _there)
            .LoadAsync(default);
        Assert.Equal(_here.Current.Since, _there.Current.Since);
    }

    [Fact]
    public async Task OtherGateways_FollowTheRecord()
    {
        var book = new ChannelBook([]);
        var sync = new LedgerSync(_store, book, new CounterBook(1), new CursorStore(_store, book), new TrainingModels(_store), _there);
        await sync.LoadAsync(default);
        using var stop = new CancellationTokenSource();
        var changed = new TaskCompletionSource<PauseSet>(TaskCreationOptions.RunContinuationsAsynchronously);
        _there.Changed += paused => changed.TrySetResult(paused);
        Task following = sync.FollowAsync(stop.Token);
        await Here.PauseAsync("one", default);
        _store.Feed.Writer.TryWrite((await _store.ReadAsync(PauseBook.Key, default))!);
        Assert.True((await changed.Task.WaitAsync(TimeSpan.FromSeconds(20))).Covers("one"));
        await stop.CancelAsync();
        await following.ContinueWith(_ => { }, TaskScheduler.Default);
    }

    [Fact]
    public async Task TooManyServices_AreRefused_AndTheRecordFitsTheStore()
    {
        for (int i = 0; i < PauseBook.MaxServices; i++)
        {
            await Here.PauseAsync($"{new string('s', 120)}{i}", default);
        }

        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await Here.PauseAsync("one more", default));
        Assert.Equal(PauseBook.MaxServices, _here.Current.Since.Count);
        Assert.InRange((await _store.ReadAsync(PauseBook.Key, default))!.Value.Length, 1, 65_536);
    }

    [Fact]
    public async Task RecordOfANewerVersion_IsAnError()
    {
        await _store.CommitAsync(new[] { new RecordWrite(PauseBook.Key, 0, new byte[] { 2 }) }, default);
        await Assert.ThrowsAsync<LedgerFormatException>(async () => await Here.PauseAsync("one", default));
    }
}
