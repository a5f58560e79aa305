using SnetGateway.Payments.Admission;
using SnetGateway.Payments.Ledger;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Settlement;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Payments;
using Xunit;

namespace SnetGateway.Tests.Payments.Calls;

/// <summary>
/// Generated histories against a model of a few lines: every grant is in the ledger, nothing twice, nothing that was released. To run one
/// history again, set SNET_TEST_SEED to the seed that the failure names.
/// </summary>
[Trait("Needs", "time")]
public sealed class ModelTests(ITestOutputHelper output)
{
    private const int Histories = 3_000;
    private const int Steps = 40;
    private const int Channels = 3;

    [Fact]
    public async Task GeneratedHistories_LedgerHoldsEveryGrantOnce()
    {
        int seed = Seeds.Next(output.WriteLine);
        int grants = 0, refusals = 0;
        for (int i = 0; i < Histories; i++)
        {
            var history = new History(seed + i);
            try
            {
                await history.RunAsync();
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"SNET_TEST_SEED={seed + i}: after {string.Join(", ", history.Story)}", exception);
            }

            grants += history.Grants;
            refusals += history.Refusals;
        }

        output.WriteLine($"{Histories} histories, {grants} grants, {refusals} refusals");
        Assert.True(grants > Histories && refusals > Histories);
    }

    [Fact]
    [Rule(2)]
    public async Task TwoReplicasAndManyClients_AtTheSameTime_EveryGrantIsPaidOnce()
    {
        int seed = Seeds.Next(output.WriteLine);
        var store = new ScriptedStore { IsShared = true };
        PaymentRig[] replicas = [new PaymentRig(store), new PaymentRig(store)];
        foreach (PaymentRig rig in replicas)
        {
            rig.Chain.TopUp(PaymentRig.One, 1_000_000);
            rig.Known();
        }

        int grants = 0;
        await Task.WhenAll(Enumerable.Range(0, 12).Select(async worker =>
        {
            await Task.Yield();
            var random = new Random(seed + worker);
            for (int i = 0; i < 300; i++)
            {
                // Everybody signs what looks right just now, so many carry the same total, at both replicas.
                PaymentRig rig = replicas[random.Next(2)];
                UInt256 amount = (rig.Channel.Record?.Amount ?? UInt256.Zero).SaturatingAdd(10);
                AdmissionResult admission =
                    await rig.AdmitAsync(FakeSigners.Pay(PaymentRig.Signer, PaymentRig.Escrow, PaymentRig.One, new(0), amount), 10);
                if (admission.Reservation is not { } reservation)
                {
                    continue;
                }

                await Task.Yield();
                if (random.Next(5) == 0)
                {
                    reservation.TryRelease(ReleaseReason.ServiceFailed);
                }
                else if (await reservation.SettleAsync() is null)
                {
                    Interlocked.Increment(ref grants);
                }
            }
        })).WaitAsync(TimeSpan.FromMinutes(2));

        output.WriteLine($"{grants} grants");
        Assert.True(grants > 50);
        foreach (PaymentRig rig in replicas)
        {
            rig.AssertIdle();
        }

        ChannelVerification finding = Assert.Single(await replicas[0].VerifyAsync());
        Assert.Empty(finding.Faults);
        Assert.Equal(UInt256.FromUInt64((ulong)grants * 10), finding.Amount);
        Assert.Equal(finding.Amount, finding.Delivered);
        Assert.Equal(grants, finding.Entries);
    }

    /// <summary>What the model knows of a channel.</summary>
    private sealed class Model
    {
        public ulong Nonce { get; set; }

        public ulong Authorized { get; set; }

        public ulong Value { get; set; } = 1_000;

        /// <summary>Booked in total: what was granted, and what was written though its client was told "unknown".</summary>
        public ulong Booked { get; set; }
    }

    private sealed class History(int seed)
    {
        private static readonly StoreFault[] s_faults =
        [
            StoreFault.Conflict, StoreFault.NotWritten, StoreFault.UnknownLost, StoreFault.UnknownWritten, StoreFault.UnknownLandsAfterRead,
            StoreFault.UnknownLandsLater, StoreFault.RepeatedWrite,
        ];

        private readonly Random _random = new(seed);
        private readonly Model[] _models = [.. Enumerable.Range(0, Channels).Select(_ => new Model())];
        private PaymentRig _rig = NewRig(null);

        public List<string> Story { get; } = [];

        public int Grants { get; private set; }

        public int Refusals { get; private set; }

        public async Task RunAsync()
        {
            for (int i = 0; i < Steps; i++)
            {
                int at = _random.Next(Channels);
                switch (_random.Next(12))
                {
                    case 0:
                        Claim(at);
                        break;
                    case 1:
                        Story.Add($"top-up {at}");
                        _rig.Chain.TopUp(Id(at), 300);
                        _models[at].Value += 300;
                        break;
                    case 2:
                        await RestartAsync();
                        break;
                    default:
                        await PayAsync(at);
                        break;
                }
            }

            await CheckAsync();
        }

        private static ChannelId Id(int at) => PaymentRig.Id((ulong)at + 1);

        private static PaymentRig NewRig(PaymentRig? before)
        {
            var rig = new PaymentRig(before?.Store, before?.Time);
            rig.Time.JumpsToTimers = true;
            for (int at = 0; at < Channels; at++)
            {
                rig.Chain.Open(Id(at), PaymentRig.Sender, PaymentRig.Signer, PaymentRig.Group, 1_000, 1_000_000);
            }

            return rig;
        }

        private void Claim(int at)
        {
            Model model = _models[at];
            if (model.Authorized == 0)
            {
                return;
            }

            bool seen = _random.Next(3) > 0;
            Story.Add($"claim {at} of {model.Authorized}{(seen ? "" : ", not announced")}");
            _rig.Chain.Claim(Id(at), model.Authorized, announce: seen);
            if (!seen)
            {
                _rig.Book.Find(Id(at))?.MarkOutdated(_rig.Time.GetUtcNow());
            }

            model.Value -= model.Authorized;
            model.Nonce++;
            model.Authorized = 0;
        }

        private async Task RestartAsync()
        {
            Story.Add("restart");
            PaymentRig before = _rig;
            _rig = NewRig(before);
            for (int at = 0; at < Channels; at++)
            {
                _rig.Chain.Open(
                    Id(at), PaymentRig.Sender, PaymentRig.Signer, PaymentRig.Group, _models[at].Value, 1_000_000, _models[at].Nonce);
            }

            await _rig.Parts.Sync.LoadAsync(default);
        }

        private async Task PayAsync(int at)
        {
            Model model = _models[at];
            ulong price = (ulong)_random.Next(0, 5) * 20;
            ulong due = model.Authorized + price, amount = due, nonce = model.Nonce;
            switch (_random.Next(10))
            {
                case 0:
                    amount = model.Authorized;
                    break;
                case 1:
                    amount += (ulong)_random.Next(1, 2_000);
                    break;
                case 2:
                    amount -= Math.Min(amount, (ulong)_random.Next(1, 50));
                    break;
                case 3 when nonce > 0:
                    nonce--;
                    break;
                case 4:
                    nonce++;
                    break;
                default:
                    break;
            }

            bool right = nonce == model.Nonce && amount == due && amount <= model.Value;
            Story.Add($"pay {at} nonce {nonce} amount {amount} price {price}{(right ? "" : " (wrong)")}");
            AdmissionResult admission =
                await _rig.Payments.AdmitAsync(PaymentRig.Pay(amount, nonce, (ulong)at + 1), PaymentRig.Call(price), default);
            Assert.True(right == admission.Refusal is null, admission.Refusal?.Message ?? "admitted");
            if (admission.Reservation is not { } reservation)
            {
                Refusals++;
            }
            else if (_random.Next(6) == 0)
            {
                Story.Add("client left");
                reservation.TryRelease(_random.Next(4) == 0 ? ReleaseReason.ClientDisconnected : ReleaseReason.ServiceFailed);
            }
            else
            {
                await SettleAsync(at, reservation, price);
            }
        }

        private async Task SettleAsync(int at, Reservation reservation, ulong price)
        {
            StoreFault fault = price == 0 || _random.Next(3) > 0 ? StoreFault.None : s_faults[_random.Next(s_faults.Length)];
            bool unreadable = fault is not (StoreFault.None or StoreFault.NotWritten or StoreFault.UnknownLandsAfterRead)
                && _random.Next(3) == 0;
            Story.Add($"settle, store: {fault}{(unreadable ? ", unreadable" : "")}");
            if (fault != StoreFault.None)
            {
                _rig.Store.Fail(fault);
            }

            _rig.Store.FailingReads = unreadable ? int.MaxValue : 0;
            bool granted = await reservation.SettleAsync() is null;
            _rig.Store.FailingReads = 0;

            bool written =
                fault is StoreFault.None or StoreFault.UnknownWritten or StoreFault.UnknownLandsAfterRead or StoreFault.RepeatedWrite;
            Assert.Equal(written && !unreadable, granted);
            if (_random.Next(2) == 0)
            {
                // Undecided, the late write may still land; decided, it must lose.
                int landed = _rig.Store.LandLate();
                Assert.True(landed == 0 || unreadable);
                written |= landed == 1;
            }

            if (written)
            {
                _models[at].Authorized += price;
                _models[at].Booked += price;
            }

            Grants += granted ? 1 : 0;
            Refusals += granted ? 0 : 1;
            if (unreadable)
            {
                // The next call decides; from then on a late write loses. The same total again is right only where it was not written.
                await DecideAsync(at);
            }
        }

        private async Task DecideAsync(int at)
        {
            Model model = _models[at];
            AdmissionResult admission = await _rig.Payments.AdmitAsync(
                PaymentRig.Pay(model.Authorized, model.Nonce, (ulong)at + 1), PaymentRig.Call(0), default);
            Assert.Null(admission.Reservation is { } free
                ? await free.SettleAsync()
                : new PaymentRefusal(RefusalReason.Busy, 0, "the call that decides was refused"));
            Assert.Equal(0, _rig.Store.LandLate());
        }

        private async Task CheckAsync()
        {
            ChannelVerification[] findings = await _rig.VerifyAsync();
            for (int at = 0; at < Channels; at++)
            {
                Model model = _models[at];
                ChannelVerification? finding = findings.SingleOrDefault(found => found.Channel == Id(at).ToString());
                Assert.Empty(finding?.Faults ?? []);
                Assert.Empty(finding?.Notes ?? []);
                Assert.Equal(UInt256.FromUInt64(model.Booked), finding?.Delivered ?? UInt256.Zero);
                ChannelRecord? record = await new LedgerHistory(_rig.Store).ChannelAsync(Id(at), default);
                Assert.Equal(
                    UInt256.FromUInt64(model.Authorized),
                    record is not null && record.Nonce == PaymentRig.Nonce(model.Nonce) ? record.Amount : UInt256.Zero);
                Assert.NotEqual(true, _rig.Book.Find(Id(at))?.Slot.IsTaken);
            }
        }
    }
}
