using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Counters;

/// <summary>An amount of a counter that one admitted call holds, in memory, until it is settled or released.</summary>
/// <param name="counter">Of which.</param>
/// <param name="amount">How much.</param>
/// <param name="limit">The most that the counter may reach; null for the plan.</param>
/// <param name="call">What was called, for the journal.</param>
public sealed class CounterUse(Counter counter, UInt256 amount, UInt256? limit, in PaidCall call)
{
    internal readonly PaidCall Call = call;

    private readonly TaskCompletionSource<CounterOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Counter Counter => counter;

    public UInt256 Amount => amount;

    internal UInt256? Limit => limit;

    internal Task<CounterOutcome> Outcome => _outcome.Task;

    /// <summary>Gives back what it holds. Called once, and instead of a settle.</summary>
    public void Release() => counter.GiveBack(amount);

    internal void Complete(CounterOutcome outcome) => _outcome.TrySetResult(outcome);
}

/// <summary>How a use was admitted, or written.</summary>
public enum CounterOutcome
{
    /// <summary>Held, or written durably.</summary>
    Done,

    /// <summary>The counter would exceed its limit. Nothing was written.</summary>
    Exceeded,

    /// <summary>The store refused or cannot be read. Nothing was written.</summary>
    NotWritten,

    /// <summary>The outcome of a write is unknown, and reading could not resolve it within the limit.</summary>
    Unknown,
}
