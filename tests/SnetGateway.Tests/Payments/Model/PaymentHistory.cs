using SnetGateway.Payments.Admission;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Checks;
using SnetGateway.Payments.Claims;
using SnetGateway.Payments.Counters;
using SnetGateway.Payments.FreeCalls;
using SnetGateway.Payments.Prepaid;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Settlement;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit.Stores.Model;
using SnetGateway.Tests.Payments.Claims;
using SnetGateway.Tests.Payments.FreeCalls;
using Xunit;

namespace SnetGateway.Tests.Payments.Model;

/// <summary>
/// One generated history: clients pay concurrently by escrow, by parallel vouchers, for metered prices, by prepaid tokens and by free
/// calls, at replicas that are killed, on a store behind a bad network, and give calls up. Claims are started beside them, and after each
/// round the contract gets those, and the amounts signed since. Each cog in the ledger is then a grant, or a call whose client got no
/// response because its outcome is unknown.
/// </summary>
/// <param name="records">The stores of the replicas.</param>
/// <param name="seed">Decides the clients' and the network's choices.</param>
/// <param name="number">Number of the history, which no other one on these records has.</param>
internal sealed class PaymentHistory(IReadOnlyList<IRecordStore> records, int seed, int number)
{
    private const int Replicas = 3;
    private const int Rounds = 3;
    private const int Clients = 8;
    private const int Steps = 12;
    private const ulong Value = 6_000;
    private const long Quota = 10;

    private readonly FreeCallOffer _offer = new(FreeCallRig.Terms(calls: Quota), "svc");
    private readonly LossyStore[] _stores = [.. Enumerable.Range(0, Replicas).Select(
        at => new LossyStore(records[at % records.Count], new Random(HashCode.Combine(seed, at))))];

    private readonly ModelReplica[] _replicas = new ModelReplica[Replicas];
    private readonly ModelChannel[] _channels =
    [
        new(new ChannelId((ulong)(2 * number) + 1), Value), new(new ChannelId((ulong)(2 * number) + 2), Value),
    ];

    private readonly (string Address, ModelSums Sums)[] _users =
        [.. Enumerable.Range(1, 2).Select(user => ($"0x{(2 * number) + user:x40}", new ModelSums()))];

    private int _granted;
    private int _refused;
    private int _unknown;

    /// <summary>Runs it. An operation is one step of a client.</summary>
    public async Task<ModelCounts> RunAsync()
    {
        for (int at = 0; at < Replicas; at++)
        {
            await StartAsync(at);
        }

        for (int round = 0; round < Rounds; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, Clients).Select(client =>
                RunClientAsync(new Random(HashCode.Combine(seed, round, client)))));
            await CheckAsync();
            ClaimAll(new Random(HashCode.Combine(seed, round)));
        }

        return new ModelCounts(
            Rounds * Clients * Steps, _granted, _refused, _unknown, _stores.Sum(store => store.Faults), _stores.Sum(store => store.Late));
    }

    /// <summary>A gateway, also after a kill: what the one before held is gone, and what it wrote may still arrive.</summary>
    private async Task StartAsync(int at)
    {
        var replica = new ModelReplica(_stores[at], _offer);
        foreach (ModelChannel channel in _channels)
        {
            await replica.OpenAsync(channel.Id, channel.Value, channel.OnChain);
        }

        _replicas[at] = replica;
    }

    private async Task RunClientAsync(Random random)
    {
        for (int step = 0; step < Steps; step++)
        {
            int at = random.Next(Replicas);
            ModelChannel channel = _channels[random.Next(_channels.Length)];
            switch (random.Next(20))
            {
                case 0:
                    await StartAsync(at);
                    break;
                case 1:
                    await StartClaimAsync(_replicas[at], channel);
                    break;
                case < 5:
                    await BuyAsync(_replicas[at], channel, random);
                    break;
                case < 9:
                    await PayAsync(_replicas[at], channel, random);
                    break;
                case < 12:
                    await PayByVoucherAsync(_replicas[at], channel, random);
                    break;
                case < 17:
                    await UseAsync(_replicas[at], channel, random);
                    break;
                default:
                    (string user, ModelSums sums) = _users[random.Next(_users.Length)];
                    AdmissionResult free = await _replicas[at].AdmitFreeAsync(user);
                    await EndAsync(free, sums, 1, random);
                    break;
            }
        }
    }

    /// <summary>The payee starts a claim while calls run. Of several one wins.</summary>
    private static async Task StartClaimAsync(ModelReplica replica, ModelChannel channel)
    {
        ulong[] ids = [channel.Id.Value.ToUInt64Saturating()];
        ulong block = replica.Chain.Head!.Value.Number;
        ClaimReply reply = await replica.Parts.ClaimStarts.StartAllAsync(
            ids, block, ClaimRig.Request(ClaimMessages.StartAll(PaymentRig.Escrow, ids, block)), default);
        foreach (ClaimablePayment payment in reply.Payments)
        {
            Assert.False(payment.Amount.IsZero);
            channel.Follow(payment.Nonce.Next.Value.ToUInt64Saturating());
        }
    }

    /// <summary>An escrow call, now and then with a total that was signed before: for a token, or for another call.</summary>
    private async Task PayAsync(ModelReplica replica, ModelChannel channel, Random random)
    {
        ModelNonce nonce = channel.Current;
        ulong price = (ulong)random.Next(1, 20);
        ulong total = await SignedAsync(replica, channel, random) + price;
        if (random.Next(8) == 0 && nonce.Tokens.TryPeek(out PrepaidToken? token))
        {
            total = token.Amount.ToUInt64Saturating();
        }

        AdmissionResult admitted = await replica.Parts.Admission.AdmitAsync(
            PaymentRig.Pay(total, nonce.Number, channel.Id.Value.ToUInt64Saturating()), PaymentRig.Call(price), default);
        if (await EndAsync(admitted, nonce.Escrow, price, random))
        {
            nonce.Grant(total, 0);
        }
    }

    /// <summary>
    /// A call beside others of its channel, with a voucher that the next ones do not wait for. Now and then it is one that was used, or is
    /// lower than the price because the client counts on its credit. Some have a metered price, with or without others beside them.
    /// </summary>
    private async Task PayByVoucherAsync(ModelReplica replica, ModelChannel channel, Random random)
    {
        ModelNonce nonce = channel.Current;
        ulong price = (ulong)random.Next(2, 20);
        ulong known = await SignedAsync(replica, channel, random);
        ulong total = random.Next(8) == 0 ? (ulong)random.Next(1, (int)known + 2)
            : nonce.Sign(known, random.Next(4) == 0 ? (ulong)random.Next(1, (int)price) : price);
        PaidCall call = PaymentRig.Call(price);
        MeteredPrice? metered = random.Next(2) == 0 ? new MeteredPrice(MeterUnit.Message, 1) : null;
        AdmissionResult admitted = await replica.Parts.Admission.AdmitAsync(
            PaymentRig.Pay(total, nonce.Number, channel.Id.Value.ToUInt64Saturating()),
            call with { Service = call.Service with { TakesVouchers = metered is null || random.Next(2) == 0, Metered = metered } },
            default);
        if (await EndAsync(admitted, nonce.Escrow, price, random))
        {
            nonce.Grant(total, 0);
        }
    }

    private async Task BuyAsync(ModelReplica replica, ModelChannel channel, Random random)
    {
        ModelNonce nonce = channel.Current;
        ulong total = await SignedAsync(replica, channel, random) + (ulong)random.Next(24); // so that plans are used up
        ChannelPayment payment = PaymentRig.Pay(total, nonce.Number, channel.Id.Value.ToUInt64Saturating());
        ulong block = replica.Chain.Head!.Value.Number;
        PlanReply reply = await replica.Parts.Plans.GetAsync(
            payment, block, Prepaid.PrepaidRig.Sign(payment, block, PaymentRig.Signer), default, default);
        if (reply.Token is { } token)
        {
            nonce.Tokens.Enqueue(token);
        }
    }

    /// <summary>A call with a token of this nonce, or of one that was claimed.</summary>
    private async Task UseAsync(ModelReplica replica, ModelChannel channel, Random random)
    {
        ModelNonce nonce = random.Next(3) == 0 ? channel.Nonces[random.Next(channel.Nonces.Count)] : channel.Current;
        PrepaidToken[] tokens = [.. nonce.Tokens];
        if (tokens.Length > 0)
        {
            ulong price = (ulong)random.Next(1, 20);
            await EndAsync(
                await replica.Parts.Prepaid.AdmitAsync(tokens[random.Next(tokens.Length)], PaymentRig.Call(price), default),
                nonce.Prepaid, price, random);
        }
    }

    /// <summary>What this replica knows of the channel, or the store.</summary>
    private static async Task<ulong> SignedAsync(ModelReplica replica, ModelChannel channel, Random random)
    {
        Channel known = replica.Book.Find(channel.Id)!;
        if (random.Next(2) == 0)
        {
            await replica.Parts.Ledger.RefreshAsync(known, default);
        }

        channel.Follow(known.Record?.Nonce.Value.ToUInt64Saturating() ?? 0);
        return ChannelChecks.AuthorizedAt(known.Record, PaymentRig.Nonce(channel.Current.Number)).ToUInt64Saturating();
    }

    /// <summary>The service answers, or fails, or the client gives up. True when the call was granted.</summary>
    private async Task<bool> EndAsync(AdmissionResult admitted, ModelSums sums, ulong amount, Random random)
    {
        PaymentRefusal? refusal = admitted.Refusal;
        if (admitted.Reservation is { } reservation)
        {
            await Task.Yield();
            if (random.Next(6) == 0)
            {
                Assert.True(reservation.TryRelease((ReleaseReason)random.Next(3)));
                return false;
            }

            refusal = await reservation.SettleAsync();
            if (refusal is null)
            {
                sums.Grant(reservation.Metered is null ? amount : await GiveBackAsync(reservation, amount, sums, random));
                Interlocked.Increment(ref _granted);
                return true;
            }

            if (refusal.Reason == RefusalReason.OutcomeUnknown)
            {
                sums.Unknown(amount);
                Interlocked.Increment(ref _unknown);
                return false;
            }
        }

        Interlocked.Increment(ref _refused);
        return false;
    }

    /// <summary>The end of a call with a metered price, unless its gateway is killed. What the client knows that it cost.</summary>
    private static async Task<ulong> GiveBackAsync(Reservation reservation, ulong ceiling, ModelSums sums, Random random)
    {
        await Task.Yield();
        if (random.Next(8) == 0)
        {
            return ceiling;
        }

        ulong price = (ulong)random.Next((int)ceiling + 1);
        if (await reservation.GiveBackAsync(price) != price)
        {
            sums.Unknown(ceiling - price);
        }

        return price;
    }

    /// <summary>With a good network again, each replica serves each kind, and the ledger holds what clients know.</summary>
    private async Task CheckAsync()
    {
        Array.ForEach(_stores, store => store.IsReliable = true);
        foreach (LossyStore store in _stores)
        {
            await store.LandAllAsync();
        }

        foreach (ModelReplica replica in _replicas)
        {
            foreach (ModelChannel channel in _channels)
            {
                await replica.Parts.Ledger.RefreshAsync(replica.Book.Find(channel.Id)!, default);
                channel.Follow(replica.Book.Find(channel.Id)!.Record?.Nonce.Value.ToUInt64Saturating() ?? 0);
                await ServeAllKindsAsync(replica, channel);
            }
        }

        foreach (ModelChannel channel in _channels)
        {
            ChannelRecord record = ChannelRecordCodec.Read((await ReadAsync(new Channel(channel.Id).Key))!);
            Assert.Equal(channel.Current.Number, record.Nonce.Value.ToUInt64Saturating());
            foreach (SignedTotal total in record.Earlier)
            {
                channel.Nonces[(int)total.Nonce.Value.ToUInt64Saturating()].Claimed ??= total.Amount.ToUInt64Saturating();
            }

            Assert.All(channel.Nonces.SkipLast(1), nonce => Assert.NotNull(nonce.Claimed));
            var escrow = new ModelSums();
            ulong paidByEscrow = 0;
            foreach (ModelNonce nonce in channel.Nonces)
            {
                CounterRecord plan = await CounterAsync(PlanKey.Of(record, PaymentRig.Nonce(nonce.Number)));
                (ulong planned, ulong used) = (plan.Planned.ToUInt64Saturating(), plan.Used.ToUInt64Saturating());
                ulong authorized = nonce.Claimed ?? record.Amount.ToUInt64Saturating();
                string what = $"channel {channel.Id}, nonce {nonce.Number}: {authorized} authorized, {planned} planned, {used} used; "
                    + $"escrow {nonce.Escrow}; prepaid {nonce.Prepaid}";
                Assert.True(used <= planned && planned <= authorized && authorized <= Value, what);
                Assert.True(nonce.Prepaid.Fits(used), what);
                Assert.Empty(nonce.GrantedTwice);
                escrow = escrow.And(nonce.Escrow);
                paidByEscrow += authorized - planned;
            }

            ulong credit = record.Credit.Total.ToUInt64Saturating();
            Assert.True(
                credit <= paidByEscrow && escrow.Fits(paidByEscrow - credit),
                $"channel {channel.Id}: {paidByEscrow} signed for calls, {credit} of it credit; {escrow}");
        }

        foreach ((string user, ModelSums sums) in _users)
        {
            CounterRecord count = await CounterAsync(KeyOf(user));
            Assert.True(
                sums.Fits(count.Used.ToUInt64Saturating()) && count.Used <= (UInt256)(ulong)Quota,
                $"{user}: {count.Used} free calls counted, {sums}");
        }

        Array.ForEach(_stores, store => store.IsReliable = false);
    }

    /// <summary>No earlier call blocks or holds anything.</summary>
    private async Task ServeAllKindsAsync(ModelReplica replica, ModelChannel channel)
    {
        Channel known = replica.Book.Find(channel.Id)!;
        ulong id = channel.Id.Value.ToUInt64Saturating();
        await replica.Parts.Ledger.RefreshAsync(known, default);
        Assert.True(await replica.Parts.Ledger.ClearDoubtAsync(known, TimeSpan.FromSeconds(10)));
        ModelNonce nonce = channel.Current;
        ulong signed = ChannelChecks.AuthorizedAt(known.Record, PaymentRig.Nonce(nonce.Number)).ToUInt64Saturating();
        AdmissionResult escrow = await replica.Parts.Admission.AdmitAsync(
            PaymentRig.Pay(signed + 1, nonce.Number, id), PaymentRig.Call(1), default);
        Assert.Null(escrow.Refusal?.Message ?? (await escrow.Reservation!.SettleAsync())?.Message);
        nonce.Grant(signed + 1, 1);

        ChannelPayment payment = PaymentRig.Pay(signed + 6, nonce.Number, id);
        ulong block = replica.Chain.Head!.Value.Number;
        PlanReply bought = await replica.Parts.Plans.GetAsync(
            payment, block, Prepaid.PrepaidRig.Sign(payment, block, PaymentRig.Signer), default, default);
        Assert.Null(bought.Refusal);
        AdmissionResult prepaid = await replica.Parts.Prepaid.AdmitAsync(bought.Token!, PaymentRig.Call(5), default);
        Assert.Null(prepaid.Refusal?.Message ?? (await prepaid.Reservation!.SettleAsync())?.Message);
        nonce.Prepaid.Grant(5);

        Assert.False(known.Slot.IsTaken);
        foreach (RecordKey key in channel.Nonces.Select(each => PlanKey.Of(known.Record!, PaymentRig.Nonce(each.Number)))
            .Concat(_users.Select(user => KeyOf(user.Address))))
        {
            Counter counter = (await replica.Parts.Counters.FindAsync(key, default))!;
            Assert.Equal(CounterOutcome.Done, (await replica.Parts.Counters.HoldAsync(
                counter, UInt256.Zero, null, PaymentRig.Call(0), default)).Outcome);
            Assert.Equal(UInt256.Zero, counter.Held);
        }
    }

    /// <summary>
    /// Claims what was started, and what is authorized. Some replicas see the claims become final, so that tokens keep their worth.
    /// </summary>
    private void ClaimAll(Random random)
    {
        foreach (ModelChannel channel in _channels)
        {
            ChannelRecord record = _replicas.Select(replica => replica.Book.Find(channel.Id)!.Record!).MaxBy(known => known.Revision)!;
            channel.Current.Claimed = record.Amount.ToUInt64Saturating();
            channel.Follow(channel.Current.Number + 1);
            foreach (ModelNonce nonce in channel.Nonces.SkipLast(1).Skip((int)channel.OnChain))
            {
                channel.Value -= nonce.Claimed!.Value;
                foreach (ModelReplica replica in _replicas)
                {
                    replica.Chain.Claim(channel.Id, nonce.Claimed.Value);
                    if (random.Next(3) > 0)
                    {
                        replica.Parts.Claimed.Seen(
                            channel.Id, PaymentRig.Nonce(nonce.Number + 1), nonce.Claimed.Value, replica.Chain.Head!.Value.Number);
                        replica.Chain.Mine((ulong)random.Next(60, 80));
                    }
                }
            }

            channel.OnChain = channel.Current.Number;
        }
    }

    private RecordKey KeyOf(string user) => new FreeCallUser(Address.Parse(user), "").CounterKey(_offer.QuotaIds.Span);

    private async Task<CounterRecord> CounterAsync(RecordKey key) =>
        await ReadAsync(key) is { } stored ? CounterRecordCodec.Read(stored) : new CounterRecord { Key = key };

    private ValueTask<StoredRecord?> ReadAsync(RecordKey key) => records[0].ReadAsync(key, CancellationToken.None);
}
