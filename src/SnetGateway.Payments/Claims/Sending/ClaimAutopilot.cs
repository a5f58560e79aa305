using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Claims.Planning;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Claims.Sending;

/// <summary>
/// Claims for one payee, round after round. What a round does depends only on the ledger and the chain, so the next round, of this process
/// or another one, continues after a failure or a kill at any point (docs/claims.md).
/// </summary>
public sealed class ClaimAutopilot
{
    /// <summary>For so long other gateways leave the outbox to this one, from its last round on.</summary>
    public static readonly TimeSpan ClaimerTime = TimeSpan.FromMinutes(1);

    /// <summary>Rounds that may wait for one that runs.</summary>
    private const int MaxWaiting = 4;

    /// <summary>Channels that are read from the chain for one round.</summary>
    private const int MaxReads = 200;

    private static readonly TimeSpan s_maxWait = TimeSpan.FromMinutes(5);

    private readonly ChannelBook _book;
    private readonly IChannelReader _reader;
    private readonly OutboxStore _outboxes;
    private readonly IClaimTransactions _chain;
    private readonly TimeProvider _time;
    private readonly ulong _process;
    private readonly AcceptedClaims _accepted;
    private readonly OpenBatches _open;
    private readonly NewBatches _new;
    private readonly PayeeShare _share;
    private readonly SlotQueue _running = new();

    /// <param name="signer">Signs for the payee.</param>
    /// <param name="book">The channels.</param>
    /// <param name="reader">Reads them.</param>
    /// <param name="outboxes">The outboxes in the ledger.</param>
    /// <param name="chain">The chain.</param>
    /// <param name="writer">Starts claims.</param>
    /// <param name="events">What the operator sees.</param>
    /// <param name="time">The clock.</param>
    /// <param name="process">A number that no other process of this ledger has, and not 0.</param>
    /// <param name="share">This gateway among those of the process that claim for the payee; null where there is no other.</param>
    public ClaimAutopilot(
        IClaimSigner signer, ChannelBook book, IChannelReader reader, OutboxStore outboxes, IClaimTransactions chain, ClaimWriter writer,
        IClaimEvents events, TimeProvider time, ulong process, PayeeShare? share = null)
    {
        (_book, _reader, _outboxes, _chain, _time, _process) = (book, reader, outboxes, chain, time, process);
        Payee = signer.Address;
        _share = share ?? new SharedPayees().Join(0, Payee);
        var transactions = new BatchTransactions(book, writer, chain, signer, events);
        _accepted = new AcceptedClaims(chain, Payee, events);
        _open = new OpenBatches(outboxes, chain, transactions, _accepted, reader, events);
        _new = new NewBatches(outboxes, chain, transactions, _accepted, book, writer, events);
    }

    /// <summary>The payee.</summary>
    public Address Payee { get; }

    /// <summary>What a round would claim now. Changes nothing.</summary>
    /// <exception cref="ClaimChainException">The chain cannot be read.</exception>
    public async ValueTask<IReadOnlyList<PlannedClaim>> PlanAsync(ClaimRules rules, CancellationToken cancellationToken)
    {
        await _reader.CatchUpAsync(cancellationToken);
        ClaimOutbox outbox = await _outboxes.ReadAsync(Payee, cancellationToken);
        return Plan(outbox, await _chain.ReadAccountAsync(Payee, cancellationToken), rules);
    }

    /// <summary>Does one round. Rounds of one process come one after the other.</summary>
    /// <returns>What the outbox holds then, and whether this process claims.</returns>
    /// <exception cref="ClaimChainException">The chain, or the signer, gave no usable response.</exception>
    /// <exception cref="Records.StoreUnavailableException">The ledger did not respond.</exception>
    /// <exception cref="OutboxMovedException">Another gateway has written the outbox.</exception>
    public async ValueTask<ClaimRound> RunAsync(ClaimRules rules, CancellationToken cancellationToken)
    {
        if (!await _running.EnterAsync(MaxWaiting, s_maxWait, _time, cancellationToken))
        {
            throw new ClaimChainException("another round has been running for minutes");
        }

        bool isIdle = false;
        try
        {
            ClaimRound round = await RunOnceAsync(rules, _share.TryBegin(_time.GetUtcNow()), cancellationToken);
            isIdle = !round.Outbox.Batches.Any(batch => !(batch.AccountNonce < round.Account?.Count));
            return round;
        }
        finally
        {
            _share.End(isIdle);
            _running.Release();
        }
    }

    private async ValueTask<ClaimRound> RunOnceAsync(ClaimRules rules, bool mayMake, CancellationToken cancellationToken)
    {
        await _reader.CatchUpAsync(cancellationToken);
        ClaimOutbox outbox = await _outboxes.ReadAsync(Payee, cancellationToken);
        if (_outboxes.IsShared && outbox.Claimer != _process && outbox.ClaimerUntil > _time.GetUtcNow())
        {
            return new ClaimRound(outbox, IsClaimer: false, [], null);
        }

        ClaimAccount account = await _chain.ReadAccountAsync(Payee, cancellationToken);
        if (_reader.Cursor is not { } cursor || account.Head < cursor.Number)
        {
            throw new ClaimChainException("the endpoint is behind the blocks that were followed");
        }

        outbox = await TakePlaceAsync(outbox);
        outbox = await _open.FinishAsync(outbox, account, cancellationToken);
        outbox = await _open.PushAsync(outbox, account, rules, entry => BlocksLeft(entry, account.Head), cancellationToken);
        await ReadStaleAsync(cancellationToken);
        while (true)
        {
            IReadOnlyList<PlannedClaim> plan = Plan(outbox, account, rules);
            PlannedClaim[] due = [.. plan.Where(one => one.Hold is null)];
            outbox = await EndSweepAsync(outbox, plan, rules);
            int room = due.Any(one => one.BlocksLeft < rules.ExpiryBlocks) ? ClaimOutbox.MaxBatches : ClaimOutbox.UsualBatches;
            if (!mayMake || outbox.Batches.Count >= room || due.All(one => one.Reason == ClaimReason.FillsBatch))
            {
                return new ClaimRound(outbox, IsClaimer: true, plan, account);
            }

            int open = outbox.Batches.Count;
            outbox = await _new.SendAsync(outbox, due, account, rules, cancellationToken);
            if (outbox.Batches.Count == open)
            {
                return new ClaimRound(outbox, IsClaimer: true, plan, account);
            }
        }
    }

    private IReadOnlyList<PlannedClaim> Plan(ClaimOutbox outbox, ClaimAccount account, ClaimRules rules) => ClaimPlan.Make(
        rules,
        _book.All.Select(channel => ClaimCandidate.Of(channel, Payee)).OfType<ClaimCandidate>(),
        new PlanConditions(
            account.Head, account.GasPrice, InTransactions(outbox, account).ToHashSet(),
            _accepted.RefusedAt(account.Head), IsSweepDue(outbox, rules) ? outbox.SweepFrom : null));

    /// <summary>
    /// The channels that the contract would refuse before a transaction is mined, or of which the event was not followed yet. One that is
    /// mined may be claimed again: its transaction keeps its place before the next, also after a reorganisation.
    /// </summary>
    private IEnumerable<ChannelId> InTransactions(ClaimOutbox outbox, ClaimAccount account) =>
        from batch in outbox.Batches
        from entry in batch.Entries
        where batch.AccountNonce >= account.Count || _book.Find(entry.Channel)?.Chain is not { } chain || chain.Nonce <= entry.Nonce
        select entry.Channel;

    private bool IsSweepDue(ClaimOutbox outbox, ClaimRules rules) => rules.MaxAge is { } age && _time.GetUtcNow() - outbox.SweptAt >= age;

    /// <summary>Notes that everything was claimed: no channel is left that is claimed for its age.</summary>
    private async ValueTask<ClaimOutbox> EndSweepAsync(ClaimOutbox outbox, IReadOnlyList<PlannedClaim> plan, ClaimRules rules) =>
        IsSweepDue(outbox, rules) && !plan.Any(one => one.Reason == ClaimReason.Age && one.Hold is null or ClaimHold.FeeTooHigh)
            ? await _outboxes.WriteAsync(outbox with { SweptAt = _time.GetUtcNow(), SweepFrom = default })
            : outbox;

    /// <summary>Takes or keeps the place of the gateway that claims. Half of its time is a reason to write.</summary>
    private async ValueTask<ClaimOutbox> TakePlaceAsync(ClaimOutbox outbox)
    {
        DateTimeOffset now = _time.GetUtcNow();
        return outbox.Claimer == _process && outbox.ClaimerUntil - now > ClaimerTime / 2
            ? outbox
            : !_outboxes.IsShared && outbox.Claimer == _process ? outbox
            : await _outboxes.WriteAsync(outbox with
            {
                Claimer = _process,
                ClaimerUntil = now + ClaimerTime,
                SweptAt = outbox.Revision == 0 ? now : outbox.SweptAt, // the first time comes after the whole age
            });
    }

    private ulong BlocksLeft(ClaimEntry entry, ulong head) => _book.Find(entry.Channel)?.Chain is { } chain
        ? chain.Reading.Expiration.SaturatingSubtract(head).ToUInt64Saturating()
        : ulong.MaxValue;

    /// <summary>Reads the channels whose funds are not known: after a claim, a reorganisation, or a gap in the events.</summary>
    private async ValueTask ReadStaleAsync(CancellationToken cancellationToken) => await Task.WhenAll(
        _book.All.Where(ClaimCandidate.NeedsReading).Take(MaxReads)
            .Select(channel => _reader.ReadChannelAsync(channel.Id, ReadPriority.KnownParty, cancellationToken).AsTask()));
}

/// <summary>What one round left behind.</summary>
/// <param name="Outbox">The open transactions.</param>
/// <param name="IsClaimer">False when another gateway claims for this payee.</param>
/// <param name="Plan">What the last plan of the round said of each channel.</param>
/// <param name="Account">The account at its beginning; null when another gateway claims.</param>
public sealed record ClaimRound(ClaimOutbox Outbox, bool IsClaimer, IReadOnlyList<PlannedClaim> Plan, ClaimAccount? Account);
