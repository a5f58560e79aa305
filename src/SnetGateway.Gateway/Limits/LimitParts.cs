using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using SnetGateway.Gateway.Hosting;
using SnetGateway.Payments.Limits;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Limits;

/// <summary>
/// The parts of budgets that this replica has taken. Those that no call uses are returned to the store, so that other replicas can use
/// them, and all of them when the process ends.
/// </summary>
internal sealed class LimitParts(CommonTimer timers, TimeProvider time, IRecordStore? store = null) : IHostedLifecycleService, IDisposable
{
    /// <summary>A part that is not used is returned after one to two of these.</summary>
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<(string Budget, LimitKey Key), PartedLimit> _budgets = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task _returning = Task.CompletedTask;

    /// <summary>The part of a budget, the same one for all calls.</summary>
    public PartedLimit OfBudget(string budget, LimitKey key) => _budgets.TryGetValue((budget, key), out PartedLimit? known)
        ? known
        : _budgets.GetOrAdd((budget, key), Create($"budget {budget}", key));

    /// <summary>What this replica has left of a budget's part in a period.</summary>
    public UInt256 LeftOf(string budget, LimitKey key, long period) =>
        _budgets.TryGetValue((budget, key), out PartedLimit? known) ? known.LeftIn(period) : UInt256.Zero;

    /// <summary>A part with nothing in it, for the record of that name.</summary>
    public PartedLimit Create(string name, LimitKey key) => new(
        store ?? throw new InvalidOperationException("Shared limits need the ledger's store."),
        new RecordKey(
            RecordKind.LimitPart, SHA256.HashData(Encoding.UTF8.GetBytes(key == default ? name : $"{name}\n{key.Payer}"))),
        time);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _returning = ReturnUnusedAsync(_stopping.Token);
        return Task.CompletedTask;
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>After the last call.</summary>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _returning;
        await Task.WhenAll(_budgets.Values.Select(part => part.ReturnAsync(always: true).AsTask()));
    }

    public void Dispose() => _stopping.Dispose();

    private async Task ReturnUnusedAsync(CancellationToken cancellationToken)
    {
        using PeriodicTimer timer = timers.Every(s_interval);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                long today = Budget.DayOf(time.GetUtcNow());
                foreach (((string, LimitKey) key, PartedLimit part) in _budgets)
                {
                    await part.ReturnAsync(always: false);
                    if (part.Period < today - 1 && part.Period != PartedLimit.NoPeriod)
                    {
                        _budgets.TryRemove(key, out _); // of a payer who has not come since
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Shutdown.
        }
    }
}
