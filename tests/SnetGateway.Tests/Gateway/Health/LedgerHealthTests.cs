using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SnetGateway.Gateway.Health;
using SnetGateway.Gateway.Hosting;
using SnetGateway.Payments;
using SnetGateway.Payments.Counters;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Settlement;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Payments;
using SnetGateway.Tests.Payments;
using Xunit;

namespace SnetGateway.Tests.Gateway.Health;

/// <summary>The ledger is asked again and again, and whatever a store does then, the asking goes on.</summary>
public sealed class LedgerHealthTests
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_hangLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly TestTimeProvider _time = new();
    private readonly ScriptedStore _store = new();
    private readonly Lines _lines = new();
    private readonly Readiness _readiness = new(new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance));

    public static TheoryData<Exception> Failures =>
    [
        new StoreUnavailableException("broke"),
        new TimeoutException("broke"),
        new InvalidOperationException("broke"),
        new OperationCanceledException("broke"), // the store's own, not the host's
        new LedgerFormatException("broke"),
    ];

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Probe_ThatFailsInWhateverWay_IsNotWritable_AndTheNextMayBe(Exception failure)
    {
        using LedgerHealth health = await StartAsync();
        await ProbeOnceAsync(() => ValueTask.FromException(failure));
        await UntilAsync(() => !health.IsWritable);
        Assert.Equal(["ledger: cannot be written"], _readiness.Problems());
        Assert.Equal([3011], _lines.Ids);
        Assert.Contains("broke", Assert.Single(_lines.Texts), StringComparison.Ordinal);

        await ProbeOnceAsync(() => ValueTask.CompletedTask);
        await UntilAsync(() => health.IsWritable);
        Assert.Empty(_readiness.Problems());
        Assert.Equal([3011, 3012], _lines.Ids);
        await health.StopAsync(CancellationToken.None).WaitAsync(s_patience);
        Assert.True(health.ExecuteTask!.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Probe_ThatThrowsBeforeItsTask_IsNotWritable()
    {
        using LedgerHealth health = await StartAsync();
        await ProbeOnceAsync(() => throw new InvalidOperationException("broke"));
        await UntilAsync(() => !health.IsWritable);
        Assert.False(health.ExecuteTask!.IsCompleted);
        await health.StopAsync(CancellationToken.None).WaitAsync(s_patience);
    }

    [Fact]
    public async Task Stop_WhileAProbeHangs_EndsWithoutALine()
    {
        using LedgerHealth health = await StartAsync();
        await ProbeOnceAsync(() => new ValueTask(new TaskCompletionSource().Task));
        await health.StopAsync(CancellationToken.None).WaitAsync(s_patience);
        Assert.True(health.ExecuteTask!.IsCompletedSuccessfully);
        Assert.Empty(_lines.Ids);
    }

    [Fact]
    public async Task Probe_GivenUpThatFailsLater_IsNotReportedAsUnseen()
    {
        using var unseen = new UnseenFailure();
        using LedgerHealth health = await StartAsync();
        await GiveUpAndFailAsync(unseen.Message);
        await UntilAsync(() => health.IsWritable); // by the next, so the one before is held by nothing any more
        Assert.False(unseen.IsReportedNow());
        await health.StopAsync(CancellationToken.None).WaitAsync(s_patience);
    }

    /// <summary>Each probe is synced to disk.</summary>
    [Fact]
    public async Task Probe_WithoutPayments_IsSeldom_AndOneIsDueAsSoonAsAPaymentIsWritten()
    {
        PaymentRig rig = new PaymentRig(_store, _time).Known();
        using var health = new LedgerHealth(_store, rig.Ledger, Counters(), _readiness, new CommonTimer(_time), _time, _lines);
        Assert.True(health.IsDue());
        _time.Advance(LedgerHealth.IdleAfter + s_interval);
        Assert.False(health.IsDue());
        _time.Advance(health.IdleInterval - LedgerHealth.IdleAfter);
        Assert.True(health.IsDue());

        using var next = new LedgerHealth(_store, rig.Ledger, Counters(), _readiness, new CommonTimer(_time), _time, _lines);
        _time.Advance(LedgerHealth.IdleAfter + s_interval);
        Assert.False(next.IsDue());
        _store.Fail(StoreFault.NotWritten);
        Assert.NotNull(await rig.PayAsync(PaymentRig.Pay(10), 10));
        Assert.True(next.IsDue());
        _time.Advance(LedgerHealth.IdleAfter);
        Assert.True(next.IsDue());
    }

    /// <summary>Where every call is free or prepaid, no channel is written.</summary>
    [Fact]
    public async Task Probe_IsDueAsSoonAsACounterIsWritten()
    {
        CounterLedger counters = Counters();
        using var health = new LedgerHealth(
            _store, new PaymentLedger(_store, _time, 1), counters, _readiness, new CommonTimer(_time), _time, _lines);
        _time.Advance(LedgerHealth.IdleAfter + s_interval);
        Assert.False(health.IsDue());
        Counter counter = Assert.IsType<Counter>(await counters.FindAsync(new(RecordKind.FreeCallCount, new byte[20]), default));
        (CounterUse? use, _) = await counters.HoldAsync(counter, 1, 1, PaymentRig.Call(0), default);
        Assert.Equal(CounterOutcome.Done, await counters.SettleAsync(use!));
        Assert.True(health.IsDue());
    }

    private CounterLedger Counters() => new(_store, new CounterBook(1), _time, new LivePaidCallOptions(new PaidCallOptions()));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task GiveUpAndFailAsync(string message)
    {
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await ProbeOnceAsync(() => new ValueTask(answer.Task));
        _store.Probe = null; // no other probe sees the failure
        await _time.WhenArmedAsync(2); // its interval, and the limit of the probe
        _time.Advance(s_hangLimit);
        await UntilAsync(() => _lines.Ids.Contains(3011));
        answer.SetException(new InvalidOperationException(message));
    }

    private async Task<LedgerHealth> StartAsync()
    {
        var health = new LedgerHealth(
            _store, new PaymentLedger(_store, _time, 1), Counters(), _readiness, new CommonTimer(_time), _time, _lines);
        await health.StartAsync(CancellationToken.None);
        await _time.WhenArmedAsync();
        return health;
    }

    /// <summary>Ends when a probe was begun that does this.</summary>
    private async Task ProbeOnceAsync(Func<ValueTask> probe)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _store.Probe = _ =>
        {
            begun.TrySetResult();
            return probe();
        };
        _time.Advance(s_interval);
        await begun.Task.WaitAsync(s_patience);
    }

    private static async Task UntilAsync(Func<bool> condition) =>
        await TestKit.Processes.Eventually.TrueAsync("it is seen", () => Task.FromResult(condition()), s_patience);

    private sealed class Lines : ILogger<LedgerHealth>
    {
        private readonly ConcurrentQueue<(int Id, string Text)> _lines = new();

        public IEnumerable<int> Ids => _lines.Select(line => line.Id);

        public IEnumerable<string> Texts => _lines.Select(line => line.Text);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue((eventId.Id, formatter(state, exception)));
    }
}
