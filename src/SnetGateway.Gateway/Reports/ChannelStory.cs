using SnetGateway.Payments.Ledger;
using SnetGateway.Payments.Prepaid;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Reports;

/// <summary>The history of one channel: every paid call, every claim, its plans and its current state. Amounts are cogs.</summary>
/// <param name="Channel">Its state.</param>
/// <param name="Recipient">Who is paid; null before the channel was read.</param>
/// <param name="ReadAtBlock">The block of the newest reading.</param>
/// <param name="ChainNonce">The nonce on chain at that block.</param>
/// <param name="Earlier">Signatures of earlier nonces whose claims are not final.</param>
/// <param name="FirstEntry">Number of the first entry below: earlier ones are no longer kept, or were left out.</param>
/// <param name="Entries">Its journal, oldest first.</param>
/// <param name="Plans">Its prepaid plans.</param>
internal sealed record ChannelStory(
    ChannelLine Channel, string? Recipient, ulong? ReadAtBlock, string? ChainNonce, IReadOnlyList<EarlierTotal> Earlier, long FirstEntry,
    IReadOnlyList<StoryEntry> Entries, IReadOnlyList<PlanStory> Plans)
{
    /// <summary>
    /// Reads it. Null when the ledger has no such channel. Throws <see cref="StoreUnavailableException"/> or
    /// <see cref="LedgerFormatException"/>.
    /// </summary>
    /// <param name="history">The ledger.</param>
    /// <param name="id">The channel.</param>
    /// <param name="maxEntries">Journal entries that are kept, the newest ones; of each plan as many.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<ChannelStory?> ReadAsync(
        LedgerHistory history, ChannelId id, int maxEntries, CancellationToken cancellationToken)
    {
        if (await history.ChannelAsync(id, cancellationToken) is not { } record)
        {
            return null;
        }

        List<StoryEntry> entries =
            await NewestAsync(history.EntriesAsync(record, cancellationToken), entry => new StoryEntry(entry), maxEntries);
        IReadOnlyList<PlanHistory> plans = await history.PlansAsync(id, cancellationToken);
        return new ChannelStory(
            await ChannelLine.ReadAsync(history, record, cancellationToken), record.Reading?.Recipient.ToString(),
            record.Reading?.Block.Number, record.Reading?.Nonce.ToString(), [.. record.Earlier.Select(total => new EarlierTotal(total))],
            entries is [{ } first, ..] ? first.Sequence : 1, entries, [.. plans.Select(plan => new PlanStory(plan, maxEntries))]);
    }

    /// <summary>As text, oldest entry first, then the current state.</summary>
    public IEnumerable<string> ToText()
    {
        yield return $"Channel {Channel.Channel}";
        yield return $"  sender {Channel.Sender}, signer {Channel.Signer}";
        if (ReadAtBlock is { } block)
        {
            yield return $"  on chain at block {block}: {Channel.Value} cogs at nonce {ChainNonce}, expires at block {Channel.Expiration}, "
                + $"pays {Recipient}";
        }

        if (FirstEntry > 1)
        {
            yield return $"  entries 1 to {FirstEntry - 1} are no longer kept";
        }

        foreach (StoryEntry entry in Entries)
        {
            yield return $"  {entry.Sequence}. {ReportText.Time(entry.At)}  {entry.Text}";
        }

        foreach (EarlierTotal earlier in Earlier)
        {
            string fate = earlier.ShownClaimedAtBlock == 0
                ? "can be claimed"
                : $"shown claimed at block {earlier.ShownClaimedAtBlock}, kept until that is final";
            yield return $"  nonce {earlier.Nonce}: {earlier.Amount} cogs signed, {fate}";
        }

        foreach (string line in Plans.SelectMany(plan => plan.ToText()))
        {
            yield return line;
        }

        yield return Channel.Authorised == "0"
            ? $"  now at nonce {Channel.Nonce}, nothing signed"
            : $"  now at nonce {Channel.Nonce}: {Channel.Authorised} cogs signed, to be claimed";
    }

    /// <summary>The last of a history that may be longer than memory.</summary>
    internal static async Task<List<TStory>> NewestAsync<TEntry, TStory>(
        IAsyncEnumerable<TEntry> entries, Func<TEntry, TStory> tell, int max)
    {
        var newest = new Queue<TStory>();
        await foreach (TEntry entry in entries)
        {
            if (newest.Count == max)
            {
                newest.Dequeue();
            }

            newest.Enqueue(tell(entry));
        }

        return [.. newest];
    }
}

/// <summary>A signature of an earlier nonce.</summary>
/// <param name="Nonce">The nonce.</param>
/// <param name="Amount">The total signed.</param>
/// <param name="ShownClaimedAtBlock">The block at which the chain showed it claimed; 0 for not yet.</param>
internal sealed record EarlierTotal(string Nonce, string Amount, ulong ShownClaimedAtBlock)
{
    public EarlierTotal(SignedTotal total)
        : this(total.Nonce.ToString(), total.Amount.ToString(), total.ShownClaimedAtBlock)
    {
    }
}

/// <summary>One entry of a channel's journal.</summary>
internal sealed record StoryEntry(
    long Sequence, string Kind, DateTimeOffset At, string Nonce, string Amount, string Price, string Credit, string Service, string Method,
    string Call, string Text)
{
    public StoryEntry(JournalEntry entry)
        : this(
            entry.Sequence, KindOf(entry.Kind), entry.At, entry.Nonce.ToString(), entry.Amount.ToString(), entry.Price.ToString(),
            entry.Credit.ToString(), entry.Service, entry.Method, entry.Call.ToString(), TextOf(entry))
    {
    }

    private static string TextOf(in JournalEntry entry) => entry.Kind switch
    {
        EntryKind.Settle when entry.Method == PrepaidPlans.Method =>
            $"{entry.Price} cogs bought for prepaid calls: {entry.Amount} signed at nonce {entry.Nonce}",
        EntryKind.Settle => $"{entry.Service} {entry.Method} for {(entry.IsCeiling ? "at most " : "")}{entry.Price} cogs: "
            + $"{entry.Amount} signed at nonce {entry.Nonce}"
            + (entry.Credit.IsZero ? string.Empty : $", {entry.Credit} of it credit"),
        EntryKind.GiveBack => $"{entry.Service} {entry.Method}: {entry.Price} cogs of its ceiling given back, {entry.Credit} are credit",
        EntryKind.Claim => $"claim begun: {entry.Amount} cogs of nonce {entry.Nonce}",
        _ => $"set aside: the chain shows another channel under this id (was {entry.Amount} at nonce {entry.Nonce})",
    };

    private static string KindOf(EntryKind kind) => kind switch
    {
        EntryKind.Settle => "settle",
        EntryKind.Claim => "claim",
        EntryKind.GiveBack => "give-back",
        _ => "set-aside",
    };
}
