using SnetGateway.Payments.Records;
using Xunit;

namespace SnetGateway.TestKit.Stores.Model;

/// <summary>
/// The network between a caller and a store: writes that are lost, executed without a response, delayed or executed twice, delayed
/// responses, failing reads. It records what the store really did, which the callers have to find out.
/// </summary>
internal sealed class UncertainStore(IReadOnlyList<IRecordStore> replicas, ModelSteps steps)
{
    private readonly Lock _lock = new();
    private readonly List<RecordWrite[]> _late = [];
    private readonly Dictionary<RecordKey, long> _acknowledged = [];
    private long _operations;
    private long _faults;
    private long _landed;

    /// <summary>Every commit that the store reported, with its revision.</summary>
    public List<(long Revision, RecordWrite[] Writes)> Truth { get; } = [];

    public (long Operations, long Faults, long Late) Counts => (_operations, _faults, _landed);

    public async Task<CommitResult> CommitAsync(int replica, RecordWrite[] writes)
    {
        Interlocked.Increment(ref _operations);
        await steps.PassAsync();
        await LandSomeAsync();
        switch (steps.Next(24))
        {
            case 0: // the request is lost
                return Fault(CommitOutcome.Unknown);
            case 1: // the response is lost
                await WriteAsync(replica, writes);
                return Fault(CommitOutcome.Unknown);
            case 2 or 3: // the request is delayed for any time
                lock (_lock)
                {
                    _late.Add(writes);
                }

                return Fault(CommitOutcome.Unknown);
            case 4: // it arrives twice, and the second response is returned
                await WriteAsync(replica, writes);
                Interlocked.Increment(ref _faults);
                return await WriteAsync(steps.Next(replicas.Count), writes);
            case 5:
                return Fault(CommitOutcome.NotWritten);
            default:
                CommitResult result = await WriteAsync(replica, writes);
                await steps.PassAsync(); // the response is delayed
                return result;
        }
    }

    /// <summary>Null with false when the store does not respond.</summary>
    public async Task<(bool IsAnswered, StoredRecord? Record)> ReadAsync(int replica, RecordKey key)
    {
        Interlocked.Increment(ref _operations);
        await steps.PassAsync();
        await LandSomeAsync();
        if (steps.Next(20) == 0)
        {
            Interlocked.Increment(ref _faults);
            return (false, null);
        }

        long least;
        lock (_lock)
        {
            least = _acknowledged.GetValueOrDefault(key);
        }

        StoredRecord? record = await replicas[replica].ReadAsync(key, CancellationToken.None);
        Assert.True(
            (record?.Revision ?? 0) >= least, $"a read of {key} found revision {record?.Revision ?? 0} after {least} was acknowledged");
        await steps.PassAsync();
        return (true, record);
    }

    /// <summary>Executes all delayed writes.</summary>
    public async Task LandAllAsync()
    {
        while (await LandAsync())
        {
            // until none is left
        }
    }

    private CommitResult Fault(CommitOutcome outcome)
    {
        Interlocked.Increment(ref _faults);
        return new CommitResult(outcome, 0);
    }

    private async Task LandSomeAsync()
    {
        if (steps.Next(12) == 0)
        {
            await LandAsync();
        }
    }

    private async Task<bool> LandAsync()
    {
        int chosen = steps.Next(int.MaxValue);
        RecordWrite[] writes;
        lock (_lock)
        {
            if (_late.Count == 0)
            {
                return false;
            }

            writes = _late[chosen % _late.Count];
            _late.RemoveAt(chosen % _late.Count);
        }

        CommitResult result = await WriteAsync(steps.Next(replicas.Count), writes);
        if (result.Outcome == CommitOutcome.Committed)
        {
            Interlocked.Increment(ref _landed);
        }

        return true;
    }

    private async Task<CommitResult> WriteAsync(int replica, RecordWrite[] writes)
    {
        CommitResult result = await replicas[replica].CommitAsync(writes, CancellationToken.None);
        Assert.True(
            result.Outcome is CommitOutcome.Committed or CommitOutcome.Conflict,
            $"the store itself was well and answered {result.Outcome}");
        if (result.Outcome == CommitOutcome.Committed)
        {
            lock (_lock)
            {
                Truth.Add((result.Revision, writes));
                foreach (RecordWrite write in writes)
                {
                    _acknowledged[write.Key] = Math.Max(_acknowledged.GetValueOrDefault(write.Key), result.Revision);
                }
            }
        }

        return result;
    }
}
