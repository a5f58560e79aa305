using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Checks;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;
using SnetGateway.Payments.Vouchers;

namespace SnetGateway.Payments.Settlement;

/// <summary>
/// Builds the record that a write leaves behind, with its journal entry. Pure: the time and the call's id come from the caller.
/// </summary>
internal static class NextRecord
{
    /// <summary>
    /// Blocks after which a claim is final, so that the last signature of its nonce can be dropped (two epochs, rule 13).
    /// </summary>
    private const ulong FinalDepth = 64;

    /// <summary>The record after this payment.</summary>
    /// <param name="reservation">The payment.</param>
    /// <param name="reading">The reading of the last check: the channel's own may be of other parties by now.</param>
    /// <param name="call">The call's id.</param>
    /// <param name="at">The time of the write.</param>
    public static ChannelRecord After(ChannelReservation reservation, ChannelReading reading, CallId call, DateTimeOffset at)
    {
        ref readonly ChannelPayment payment = ref reservation.Payment;
        ChannelRecord? previous = reservation.CheckedRecord;
        ChannelCredit credit = reservation.Credit ?? CreditAt(payment.Nonce, previous);

        // Of several vouchers the highest is claimed, in any order of their ends.
        bool isHigher = payment.Amount >= ChannelChecks.AuthorizedAt(previous, payment.Nonce);
        ReadOnlyMemory<byte> signed = isHigher ? payment.Signature : previous!.Signature;
        var entry = new JournalEntry
        {
            Kind = EntryKind.Settle,
            ChannelId = payment.Channel,
            Sequence = (previous?.Sequence ?? 0) + 1,
            Previous = previous is null ? default : JournalEntry.HashOf(previous.NewestEntry.Span),
            Nonce = payment.Nonce,
            Amount = isHigher ? payment.Amount : previous!.Amount,
            Price = reservation.Price,
            IsCeiling = reservation is MeteredReservation,
            Credit = credit.Total,
            Call = call,
            At = at,
            Service = reservation.Call.Service.Name,
            Method = reservation.Call.Method,
            Signature = signed,
        };
        Memory<byte> newest = ToBytes(entry);
        Memory<byte> signature = ClaimableSignature(newest, signed.Length);
        return new ChannelRecord
        {
            Id = payment.Channel,
            Nonce = payment.Nonce,
            Amount = entry.Amount,
            Signature = signature,
            Sender = reading.Sender,
            Signer = reading.Signer,
            Calls = (previous?.Calls ?? default).With(call),
            Earlier = previous is null ? [] : EarlierThan(payment.Nonce, previous, reading),
            Credit = credit,
            Reading = reading,
            Sequence = entry.Sequence,
            NewestEntry = newest,
        };
    }

    /// <summary>The credit of a record, as it is for payments at this nonce.</summary>
    public static ChannelCredit CreditAt(ChannelNonce nonce, ChannelRecord? record) =>
        record is null ? ChannelCredit.None : record.Nonce == nonce ? record.Credit : record.Credit.AtNextNonce();

    /// <summary>The record after a call with a metered price: only the credit has grown.</summary>
    /// <param name="record">The record now, at the nonce of the call or a later one.</param>
    /// <param name="reservation">The call, settled.</param>
    /// <param name="unused">What it did not use of its ceiling, in cogs.</param>
    /// <param name="at">The time of the write.</param>
    public static ChannelRecord AfterGiveBack(
        ChannelRecord record, MeteredReservation reservation, UInt256 unused, DateTimeOffset at)
    {
        ChannelCredit credit = record.Credit.With(unused);
        var entry = new JournalEntry
        {
            Kind = EntryKind.GiveBack,
            ChannelId = record.Id,
            Sequence = record.Sequence + 1,
            Previous = JournalEntry.HashOf(record.NewestEntry.Span),
            Nonce = record.Nonce,
            Amount = record.Amount,
            Price = unused,
            Credit = credit.Total,
            Call = reservation.Settled,
            At = at,
            Service = reservation.Call.Service.Name,
            Method = reservation.Call.Method,
            Signature = ReadOnlyMemory<byte>.Empty,
        };
        return record with
        {
            Calls = record.Calls.With(reservation.Settled.GiveBack),
            Credit = credit,
            Sequence = entry.Sequence,
            NewestEntry = ToBytes(entry),
        };
    }

    /// <summary>
    /// The record after its claim was started: at the next nonce, with nothing signed. The signed total of this one is kept until the
    /// chain is final about it.
    /// </summary>
    /// <param name="record">The record now; it holds an amount, and has room for the total.</param>
    /// <param name="reading">The newest reading, of the record's parties.</param>
    /// <param name="call">The id of the write.</param>
    /// <param name="at">The time of the write.</param>
    public static ChannelRecord AfterClaim(ChannelRecord record, ChannelReading reading, CallId call, DateTimeOffset at)
    {
        ChannelCredit credit = record.Credit.AtNextNonce();
        var entry = new JournalEntry
        {
            Kind = EntryKind.Claim,
            ChannelId = record.Id,
            Sequence = record.Sequence + 1,
            Previous = JournalEntry.HashOf(record.NewestEntry.Span),
            Nonce = record.Nonce,
            Amount = record.Amount,
            Price = UInt256.Zero,
            Credit = credit.Total,
            Call = call,
            At = at,
            Service = string.Empty,
            Method = string.Empty,
            Signature = record.Signature,
        };
        return record with
        {
            Nonce = entry.NonceAfter,
            Amount = entry.AmountAfter,
            Signature = ReadOnlyMemory<byte>.Empty,
            Calls = record.Calls.With(call),
            Earlier = EarlierThan(entry.NonceAfter, record, reading),
            Credit = credit,
            Reading = reading,
            Sequence = entry.Sequence,
            NewestEntry = ToBytes(entry),
        };
    }

    /// <summary>
    /// Whether one more earlier total can be kept without one being dropped whose claim is not final: it could not be claimed any more.
    /// </summary>
    public static bool HasRoomForClaim(ChannelRecord record, ChannelReading reading) =>
        NotFinal(record.Earlier, reading).Count() < ChannelRecordCodec.MaxEarlier;

    /// <summary>Whether the reading shows claims that the record does not yet know as such.</summary>
    public static bool ShowsMoreClaims(ChannelRecord record, ChannelReading reading) =>
        record.Earlier.Any(total => total.ShownClaimedAtBlock == 0 && total.Nonce < reading.Nonce);

    /// <summary>The record with the claims that the reading shows: from its block on it counts when they are final. No new entry.</summary>
    public static ChannelRecord WithShownClaims(ChannelRecord record, ChannelReading reading) =>
        record with { Earlier = [.. NotFinal(record.Earlier, reading)], Reading = reading };

    /// <summary>The record of the channel that has the id now, where <paramref name="old"/> belonged to an earlier one.</summary>
    public static ChannelRecord SetAside(ChannelId id, ChannelChainState chain, ChannelRecord old, CallId call, DateTimeOffset at)
    {
        var entry = new JournalEntry
        {
            Kind = EntryKind.SetAside,
            ChannelId = id,
            Sequence = old.Sequence + 1,
            Previous = JournalEntry.HashOf(old.NewestEntry.Span),
            Nonce = old.Nonce,
            Amount = old.Amount,
            Price = UInt256.Zero,
            Call = call,
            At = at,
            Service = string.Empty,
            Method = string.Empty,
            Signature = old.Signature,
        };
        return Blank(id, chain) with { Calls = old.Calls, Sequence = entry.Sequence, NewestEntry = ToBytes(entry) };
    }

    /// <summary>A record of no payment: for a channel that begins anew, or to have a revision that a late write does not expect.</summary>
    public static ChannelRecord Blank(ChannelId id, ChannelChainState chain) => new()
    {
        Id = id,
        Nonce = chain.Nonce,
        Amount = UInt256.Zero,
        Signature = ReadOnlyMemory<byte>.Empty,
        Sender = chain.Reading.Sender,
        Signer = chain.Reading.Signer,
        Reading = chain.Reading,
    };

    private static Memory<byte> ToBytes(in JournalEntry entry)
    {
        Span<byte> bytes = stackalloc byte[JournalEntry.MaxLength];
        return bytes[..entry.Write(bytes)].ToArray();
    }

    /// <summary>
    /// The signature at the end of its entry, as the contract requires it: v 27 or 28, where clients may send 0 or 1, which mean the same
    /// (trap 31). The record refers to these bytes and not to the caller's, which the caller may reuse.
    /// </summary>
    private static Memory<byte> ClaimableSignature(Memory<byte> entry, int length)
    {
        Memory<byte> signature = entry[^length..];
        if (signature.Span[^1] < 27)
        {
            signature.Span[^1] += 27;
        }

        return signature;
    }

    /// <summary>The last signatures of earlier nonces to keep: those that the chain has not shown as claimed for long enough.</summary>
    private static IReadOnlyList<SignedTotal> EarlierThan(ChannelNonce nonce, ChannelRecord previous, ChannelReading reading)
    {
        bool moved = previous.Nonce < nonce && !previous.Amount.IsZero;
        if (!moved && previous.Earlier.Count == 0)
        {
            return previous.Earlier; // nearly every call
        }

        IEnumerable<SignedTotal> all = previous.Earlier;
        if (moved)
        {
            all = all.Append(new SignedTotal(previous.Nonce, previous.Amount, previous.Signature, 0));
        }

        return
        [
            .. NotFinal(all, reading)
                .OrderBy(total => total.ShownClaimedAtBlock == 0) // what can still be claimed is dropped last
                .TakeLast(ChannelRecordCodec.MaxEarlier),
        ];
    }

    private static IEnumerable<SignedTotal> NotFinal(IEnumerable<SignedTotal> totals, ChannelReading reading) => totals
        .Select(total => total.Nonce >= reading.Nonce ? total with { ShownClaimedAtBlock = 0 } // a claim can be undone
            : total.ShownClaimedAtBlock == 0 ? total with { ShownClaimedAtBlock = reading.Block.Number }
            : total)
        .Where(total => total.ShownClaimedAtBlock == 0 || total.ShownClaimedAtBlock + FinalDepth > reading.Block.Number);
}
