using System.Collections.Concurrent;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Control.Training;

/// <summary>Bounds the requests of each signer, which cost it nothing and the service and the ledger some work.</summary>
internal sealed class CallerBudget(TimeProvider time)
{
    /// <summary>Requests of one signer in a minute.</summary>
    public const int PerMinute = 120;

    /// <summary>Signers that are counted. More in one minute are refused: each costs its maker a signature, and this one memory.</summary>
    public const int MaxCallers = 100_000;

    private static readonly TimeSpan s_window = TimeSpan.FromMinutes(1);

    private Window _window = new(time.GetTimestamp());

    /// <summary>Counts a request. False when it is one too many in this minute.</summary>
    public bool TryTake(Address caller)
    {
        Window window = Volatile.Read(ref _window);
        if (time.GetElapsedTime(window.Start) >= s_window)
        {
            Interlocked.CompareExchange(ref _window, new Window(time.GetTimestamp()), window);
            window = Volatile.Read(ref _window);
        }

        return window.Count(caller) <= PerMinute;
    }

    private sealed class Window(long start)
    {
        private readonly ConcurrentDictionary<Address, int> _counts = new();
        private int _callers;

        public long Start => start;

        public int Count(Address caller) =>
            _counts.ContainsKey(caller) || Interlocked.Increment(ref _callers) <= MaxCallers
                ? _counts.AddOrUpdate(caller, 1, static (_, count) => Math.Min(count + 1, PerMinute + 1))
                : int.MaxValue;
    }
}
