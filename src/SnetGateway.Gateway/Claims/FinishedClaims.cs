using SnetGateway.Payments.Claims.Sending;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Claims;

/// <summary>The newest transactions of each payee that this gateway has seen end. In memory: they begin again with the process.</summary>
internal sealed class FinishedClaims(TimeProvider time)
{
    /// <summary>Transactions that are kept for a payee.</summary>
    public const int Kept = 20;

    private readonly Lock _lock = new();
    private readonly Dictionary<Address, Queue<FinishedBatch>> _all = [];

    /// <summary>Adds one, in place of the oldest where there are too many.</summary>
    public void Add(Address payee, ClaimBatch batch, BatchOutcome outcome)
    {
        lock (_lock)
        {
            if (!_all.TryGetValue(payee, out Queue<FinishedBatch>? ofPayee))
            {
                _all[payee] = ofPayee = new Queue<FinishedBatch>(Kept);
            }

            if (ofPayee.Count == Kept)
            {
                ofPayee.Dequeue();
            }

            ofPayee.Enqueue(new FinishedBatch(time.GetUtcNow(), batch.AccountNonce, outcome));
        }
    }

    /// <summary>Those of a payee, the newest first.</summary>
    public IReadOnlyList<FinishedBatch> Of(Address payee)
    {
        lock (_lock)
        {
            return _all.TryGetValue(payee, out Queue<FinishedBatch>? ofPayee) ? [.. ofPayee.Reverse()] : [];
        }
    }
}

/// <summary>A transaction that has ended.</summary>
/// <param name="At">When this gateway saw that it is final.</param>
/// <param name="AccountNonce">Its number among those of the account.</param>
/// <param name="Outcome">How it ended.</param>
internal readonly record struct FinishedBatch(DateTimeOffset At, ulong AccountNonce, BatchOutcome Outcome);
