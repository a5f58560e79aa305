using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Claims.Sending;

/// <summary>
/// The transactions of one payee that are not final, in one record of the ledger. Every change is one conditional write, so two gateways
/// never add to the same outbox. Any gateway may send a durable transaction.
/// </summary>
public sealed record ClaimOutbox
{
    /// <summary>
    /// Transactions that may be open at the same time; all but <see cref="UsualBatches"/> are for channels that expire soon.
    /// </summary>
    public const int MaxBatches = 8;

    /// <summary>The same without such channels.</summary>
    public const int UsualBatches = 4;

    /// <summary>The payee.</summary>
    public required Address Payee { get; init; }

    /// <summary>Revision of the record; 0 before any.</summary>
    public long Revision { get; init; }

    /// <summary>The process that claims, by a number that no other process of the ledger has; 0 for none.</summary>
    public ulong Claimer { get; init; }

    /// <summary>Until when others leave it to that process.</summary>
    public DateTimeOffset ClaimerUntil { get; init; } = DateTimeOffset.UnixEpoch;

    /// <summary>When everything was claimed last.</summary>
    public DateTimeOffset SweptAt { get; init; } = DateTimeOffset.UnixEpoch;

    /// <summary>The channel with which claiming everything continues.</summary>
    public ChannelId SweepFrom { get; init; }

    /// <summary>The open transactions, by account nonce.</summary>
    public IReadOnlyList<ClaimBatch> Batches { get; init; } = [];

    /// <summary>The account nonce of the next transaction.</summary>
    public ulong NextAccountNonce(ClaimAccount account) =>
        Batches.Count == 0 ? account.Count : Math.Max(account.Count, Batches[^1].AccountNonce + 1);

    /// <summary>The same with one of its transactions replaced.</summary>
    public ClaimOutbox With(ClaimBatch batch) => this with
    {
        Batches = [.. Batches.Where(one => one.AccountNonce != batch.AccountNonce).Append(batch).OrderBy(one => one.AccountNonce)],
    };
}
