using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Counters;
using SnetGateway.Payments.Prepaid;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Ledger;

/// <summary>
/// Compares every channel's journal with its record: links, sequence, sums, nonces, what was bought of plans, what was given back, and the
/// signature that the contract would get. Reads only; gateways may run at the same time. <paramref name="retention"/> is how long journals
/// are kept, zero without limit: entries that may have been removed since are not reported as missing, however unevenly the gateways were
/// used.
/// </summary>
public sealed class LedgerVerifier(
    IRecordStore store, ISignerRecovery recovery, Address escrow, TimeProvider time, TimeSpan retention = default)
{
    private readonly VerificationPass _pass = new(store, time, retention);

    /// <summary>
    /// Verifies all channels, one after the other. Where gateways write at the same time, an apparent fault is checked again at the end,
    /// when their journals have caught up. Throws <see cref="StoreUnavailableException"/>.
    /// </summary>
    public IAsyncEnumerable<ChannelVerification> VerifyAsync(CancellationToken cancellationToken) =>
        _pass.RunAsync([RecordKind.PaidChannel], VerifyAsync, cancellationToken);

    private async ValueTask<ChannelVerification> VerifyAsync(StoredRecord stored, CancellationToken cancellationToken)
    {
        ChannelRecord record;
        try
        {
            record = ChannelRecordCodec.Read(stored);
        }
        catch (LedgerFormatException exception)
        {
            return new ChannelVerification(stored.Key.ToString(), 0, UInt256.Zero, UInt256.Zero, [exception.Message], []);
        }

        var walk = new JournalWalk(_pass.KeptSince);
        await foreach (StoredEntry entry in store.ReadJournalAsync(stored.Key, cancellationToken))
        {
            if (entry.Sequence > record.Sequence)
            {
                break; // written by a running gateway after this record was read
            }

            walk.Take(entry, record.Id);
        }

        List<string> faults = walk.Faults;
        List<string> notes = walk.Notes;
        if (record.Sequence == walk.LastSequence + 1)
        {
            // A gateway on a shared store journals after the settle. One that was killed before it leaves the entry here, and the next
            // settle journals it: not a fault.
            notes.Add($"entry {record.Sequence} is held by the record alone");
            walk.Take(new StoredEntry(record.Sequence, record.NewestEntry), record.Id);
        }
        else if (record.Sequence > walk.LastSequence && walk.MayBeForgotten(record.NewestEntry))
        {
            walk.Take(new StoredEntry(record.Sequence, record.NewestEntry), record.Id);
        }
        else if (record.Sequence != walk.LastSequence)
        {
            faults.Add($"the record is at entry {record.Sequence}, the journal at {walk.LastSequence}");
        }

        if (walk.LastSequence > 0 && walk.LastSequence == record.Sequence)
        {
            if (!walk.LastBytes.Span.SequenceEqual(record.NewestEntry.Span))
            {
                faults.Add("the newest entry of the journal is not the one in the record");
            }

            if (walk.Last.Kind != EntryKind.SetAside
                && (walk.Last.NonceAfter != record.Nonce || walk.Last.AmountAfter != record.Amount))
            {
                faults.Add($"the record holds {record.Amount} at nonce {record.Nonce}, its journal {walk.Last.AmountAfter} at nonce "
                    + $"{walk.Last.NonceAfter}");
            }

            faults.AddRange(walk.Claims.MissingIn(record));

            if (walk.Last.Credit != record.Credit.Total)
            {
                faults.Add($"the record holds a credit of {record.Credit.Total}, its journal {walk.Last.Credit}");
            }
        }

        if (!record.Amount.IsZero && !IsPayable(record, record.Nonce, record.Amount, record.Signature))
        {
            faults.Add("the signature that the record holds would not be paid by the contract");
        }

        foreach (SignedTotal total in record.Earlier)
        {
            if (!IsPayable(record, total.Nonce, total.Amount, total.Signature))
            {
                faults.Add($"the signature that the record holds for nonce {total.Nonce} would not be paid by the contract");
            }
        }

        foreach ((ChannelNonce nonce, UInt256 bought) in walk.Purchases.Sums)
        {
            // The plan is read after the journal, so it holds at least what the journal does.
            UInt256 planned = await PlannedAsync(PlanKey.Of(record, nonce), cancellationToken);
            if (planned < bought)
            {
                faults.Add($"{bought} cogs were bought at nonce {nonce}, and {planned} are planned");
            }
        }

        notes.AddRange(walk.Ceilings.Notes);
        return new ChannelVerification(record.Id.ToString(), walk.Entries, walk.Delivered, record.Amount, faults, notes);
    }

    /// <summary>Zero for no plan, and for one that cannot be read, which the counters' verification reports.</summary>
    private async ValueTask<UInt256> PlannedAsync(RecordKey key, CancellationToken cancellationToken)
    {
        try
        {
            return await store.ReadAsync(key, cancellationToken) is { } stored ? CounterRecordCodec.Read(stored).Planned : UInt256.Zero;
        }
        catch (LedgerFormatException)
        {
            return UInt256.Zero;
        }
    }

    private bool IsPayable(ChannelRecord record, ChannelNonce nonce, UInt256 amount, ReadOnlyMemory<byte> signature) =>
        ClaimMessage.TryRecoverSigner(recovery, escrow, new ChannelPayment(record.Id, nonce, amount, signature), out Address signer)
        && (signer == record.Signer || signer == record.Sender);

    private sealed class JournalWalk(DateTimeOffset keptSince)
    {
        public List<string> Faults { get; } = [];

        public List<string> Notes { get; } = [];

        public long Entries { get; private set; }

        public long LastSequence { get; private set; }

        public JournalEntry Last { get; private set; }

        public ReadOnlyMemory<byte> LastBytes { get; private set; }

        public UInt256 Delivered { get; private set; }

        public PlanPurchases Purchases { get; } = new();

        public StartedClaims Claims { get; } = new();

        public OpenCeilings Ceilings { get; } = new();

        /// <summary>Whether all entries from here to the newest may have been in files that were removed for their age.</summary>
        public bool MayBeForgotten(ReadOnlyMemory<byte> newest)
        {
            try
            {
                return (LastSequence > 0 ? Last : JournalEntry.Read(newest)).At < keptSince;
            }
            catch (LedgerFormatException)
            {
                return false;
            }
        }

        public void Take(StoredEntry stored, ChannelId channel)
        {
            JournalEntry entry;
            try
            {
                entry = JournalEntry.Read(stored.Entry);
            }
            catch (LedgerFormatException exception)
            {
                Faults.Add($"entry {stored.Sequence}: {exception.Message}");
                return;
            }

            Check(stored, entry, channel);
            Entries++;
            Delivered = entry.Kind == EntryKind.GiveBack
                ? Delivered.SaturatingSubtract(entry.Price)
                : Delivered.SaturatingAdd(entry.Price);
            Purchases.Take(entry);
            Claims.Take(entry);
            if (Ceilings.Take(entry) is { } fault)
            {
                Faults.Add(fault);
            }

            Last = entry;
            LastBytes = stored.Entry;
            LastSequence = stored.Sequence;
        }

        private void Check(StoredEntry stored, in JournalEntry entry, ChannelId channel)
        {
            if (entry.ChannelId != channel || entry.Sequence != stored.Sequence)
            {
                Faults.Add($"entry {stored.Sequence} is entry {entry.Sequence} of channel {entry.ChannelId}");
            }

            if (Entries == 0)
            {
                if (entry.Sequence != 1)
                {
                    Notes.Add($"the journal begins at entry {entry.Sequence}");
                }
                else if (!entry.Previous.IsZero || entry.Kind == EntryKind.Claim
                    || (entry.Kind == EntryKind.Settle && !IsSpent(entry, UInt256.Zero, UInt256.Zero)))
                {
                    Faults.Add("the first entry does not begin the story");
                }

                return;
            }

            if (entry.Sequence == LastSequence)
            {
                Faults.Add($"entry {entry.Sequence} is there in two forms: another or an older ledger served this channel too");
                return;
            }

            if (entry.Sequence > LastSequence + 1 && Last.At < keptSince)
            {
                Notes.Add($"entries {LastSequence + 1} to {entry.Sequence - 1} are gone; they may be older than journals are kept");
                return;
            }

            if (entry.Sequence != LastSequence + 1)
            {
                Faults.Add($"entries {LastSequence + 1} to {entry.Sequence - 1} are missing");
            }
            else if (entry.Previous != JournalEntry.HashOf(LastBytes.Span))
            {
                Faults.Add($"entry {entry.Sequence} is not linked to the one before");
            }

            if (entry.Kind == EntryKind.Claim && (Last.Kind == EntryKind.SetAside || entry.Amount.IsZero || entry.Nonce != Last.NonceAfter
                || entry.Amount != Last.AmountAfter || entry.Credit != Last.Credit))
            {
                Faults.Add($"entry {entry.Sequence} claims {entry.Amount} cogs of nonce {entry.Nonce}, and there are {Last.AmountAfter} of "
                    + $"nonce {Last.NonceAfter}");
            }

            if (entry.Kind == EntryKind.GiveBack && (entry.Nonce != Last.NonceAfter || entry.Amount != Last.AmountAfter
                || Last.Credit.SaturatingAdd(entry.Price) != entry.Credit))
            {
                Faults.Add($"entry {entry.Sequence} gives {entry.Price} cogs back, and changes more than the credit");
            }

            if (entry.Kind != EntryKind.Settle)
            {
                return;
            }

            if (Last.Kind == EntryKind.SetAside || entry.Nonce > Last.NonceAfter)
            {
                if (!IsSpent(entry, UInt256.Zero, Last.Credit))
                {
                    Faults.Add($"entry {entry.Sequence} begins nonce {entry.Nonce} with {entry.Amount} for a call of {entry.Price}");
                }
            }
            else if (entry.Nonce < Last.NonceAfter)
            {
                Faults.Add($"entry {entry.Sequence} goes back from nonce {Last.NonceAfter} to {entry.Nonce}");
            }
            else if (!IsSpent(entry, Last.AmountAfter, Last.Credit))
            {
                Faults.Add(entry.Credit.IsZero && Last.Credit.IsZero
                    ? $"entry {entry.Sequence}: {Last.AmountAfter} and {entry.Price} do not make {entry.Amount}"
                    : $"entry {entry.Sequence}: {Last.AmountAfter}, {entry.Price} and the credit from {Last.Credit} to {entry.Credit} "
                        + $"do not make {entry.Amount}");
            }
        }

        /// <summary>What was signed more is the call's price and what the credit grew by.</summary>
        private static bool IsSpent(in JournalEntry entry, UInt256 amount, UInt256 credit) =>
            amount.TryAdd(entry.Price, out UInt256 due) && due.TryAdd(entry.Credit, out due)
            && entry.Amount.TryAdd(credit, out UInt256 paid) && due == paid;
    }
}
