using SnetGateway.Ethereum.JsonRpc;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Registry;

/// <summary>
/// Says when entries of the Registry contract may have changed. The chain follower gives it the contract's events; the reader of the
/// entries waits for it. Many events are one change. Thread-safe, and never blocks the follower.
/// </summary>
/// <param name="time">The clock of <see cref="WaitAsync"/>.</param>
public sealed class RegistryWatch(TimeProvider time)
{
    private readonly Lock _lock = new();
    private volatile Watched? _watched;
    private volatile bool _isRefused;
    private TaskCompletionSource _changed = NewSignal();
    private ulong _notBefore;
    private ulong _lastEvent;

    /// <summary>Whether each change is noticed by its event.</summary>
    public bool IsFollowed => _watched is not null && !_isRefused;

    /// <summary>The contract whose events are wanted; null for none.</summary>
    internal Address? Contract => _watched?.Contract;

    /// <summary>Whether no node returns the contract's events now. The follower sets it.</summary>
    internal bool IsRefused
    {
        set => _isRefused = value;
    }

    /// <summary>
    /// Says which entries are of interest: of these organisations, with their services. If they are others than before, that is a change,
    /// because earlier events of theirs were not followed.
    /// </summary>
    /// <param name="contract">The Registry contract; null for none.</param>
    /// <param name="organizationIds">The ids of the organisations.</param>
    public void Watch(Address? contract, IEnumerable<string> organizationIds)
    {
        if (contract is not { } address)
        {
            _watched = null;
            return;
        }

        HashSet<Bytes32> organizations = [.. organizationIds.Select(id => new Bytes32(RegistryCalls.IdOf(id)))];
        lock (_lock)
        {
            if (_watched is not { } before || before.Contract != address || !before.Organizations.SetEquals(organizations))
            {
                _watched = new Watched(address, organizations);
                _changed.TrySetResult();
            }
        }
    }

    /// <summary>Waits for a change since the last <see cref="Take"/>.</summary>
    /// <param name="atMost">The longest wait; none if it is not positive.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False if none came in this time.</returns>
    public async Task<bool> WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        Task changed;
        lock (_lock)
        {
            changed = _changed.Task;
        }

        try
        {
            await changed.WaitAsync(atMost > TimeSpan.Zero ? atMost : TimeSpan.Zero, time, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Takes in the changes so far. Call it before the entries are read.</summary>
    /// <returns>The block that a reading of the entries must include.</returns>
    public ulong Take()
    {
        lock (_lock)
        {
            if (_changed.Task.IsCompleted)
            {
                _changed = NewSignal();
            }

            return _notBefore;
        }
    }

    /// <summary>Takes in logs of the contract.</summary>
    internal void Seen(IEnumerable<LogEntry> logs)
    {
        if (_watched is not { } watched || logs.LastOrDefault(watched.IsOfInterest) is not { } log)
        {
            return;
        }

        lock (_lock)
        {
            _lastEvent = log.BlockNumber;
            Change(log.BlockNumber);
        }
    }

    /// <summary>Events up to a block were not read.</summary>
    internal void Missed(ulong block)
    {
        lock (_lock)
        {
            Change(block);
        }
    }

    /// <summary>The blocks after <paramref name="ancestor"/> are undone.</summary>
    internal void Undone(ulong ancestor)
    {
        lock (_lock)
        {
            if (_lastEvent > ancestor)
            {
                _lastEvent = 0;
                Change(ancestor);
            }

            _notBefore = Math.Min(_notBefore, ancestor);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Change(ulong block)
    {
        _notBefore = block;
        if (_watched is not null)
        {
            _changed.TrySetResult();
        }
    }

    /// <summary>What is watched.</summary>
    private sealed record Watched(Address Contract, HashSet<Bytes32> Organizations)
    {
        public bool IsOfInterest(LogEntry log) => log.Source == Contract && log.Topics.Count > 1
            && RegistryEvents.Topics.Contains(log.Topics[0]) && Organizations.Contains(log.Topics[1]);
    }
}
