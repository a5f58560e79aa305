using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Claims;
using SnetGateway.Payments.Ledger;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Settlement;
using SnetGateway.Payments.Values;
using SnetGateway.Storage.Memory;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Payments;
using Xunit;

namespace SnetGateway.Tests.Payments.Claims;

/// <summary>Starting claims: one write moves the nonce and keeps the signature (docs/claims.md).</summary>
public sealed class ClaimStartTests
{
    private const string Nothing = "authorized amount is zero , hence nothing to claim on the channel Id: 1";
    private const string Busy = "another transaction on channel: {ID: 1} is in progress";
    private const string Expired = "authentication failed as the signature passed has expired";

    [Fact]
    [Rule(2, 8)]
    public async Task Claim_MovesTheNonce_KeepsTheSignature_AndPaymentsContinue()
    {
        PaymentRig rig = new PaymentRig().Known();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(30), 30));
        int commits = rig.Store.Commits;

        ClaimReply reply = await rig.StartAsync();

        Assert.Null(reply.Refusal);
        ClaimablePayment payment = Assert.Single(reply.Payments);
        Assert.Equal((PaymentRig.One, PaymentRig.Nonce(0), 30ul), (payment.Channel, payment.Nonce, payment.Amount));
        Assert.Equal(PaymentRig.Pay(30).Signature.ToArray(), payment.Signature.ToArray());
        Assert.Equal(1, rig.Store.Commits - commits); // the reference needs two writes, and loses the signature between them (trap 28)
        Assert.Equal((PaymentRig.Nonce(1), 0ul, 0), (rig.Record.Nonce, rig.Record.Amount, rig.Record.Signature.Length));
        Assert.Equal("1/0: 30", Assert.Single((await rig.InProgressAsync()).Lines()));
        Assert.Empty((await rig.UnclaimedAsync()).Payments);
        Assert.Contains("claim-started 1 0 30", rig.Events.Lines);

        // The old nonce is over; what is claimed is no longer to be spent (rule 8).
        Assert.Equal(RefusalReason.WrongNonce, (await rig.PayAsync(PaymentRig.Pay(40), 10))?.Reason);
        Assert.Equal(RefusalReason.NotEnoughTokens, (await rig.PayAsync(PaymentRig.Pay(971, 1), 971))?.Reason);
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(970, 1), 970));
        await rig.AssertCleanAsync();

        rig.ClaimOnChain(payment);
        Assert.Empty((await rig.InProgressAsync()).Payments);
        Assert.Equal("1/1: 970", Assert.Single((await rig.UnclaimedAsync()).Lines()));
        rig.ClaimOnChain(Assert.Single((await rig.StartAsync(nonce: 1)).Payments));
        Assert.Empty((await rig.InProgressAsync()).Payments);
        Assert.Equal(UInt256.Zero, rig.Chain.Read(PaymentRig.One).Value);
        await rig.AssertCleanAsync();
    }

    /// <summary>Traps 25 and 27: the same signature again, and a channel whose nonce has moved.</summary>
    [Fact]
    public async Task SecondClaim_OfTheSameNonce_WritesNothing()
    {
        PaymentRig rig = new PaymentRig().Known();
        Assert.Equal(Nothing, (await rig.StartAsync()).Refusal); // never paid
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(30), 30));
        Assert.Null((await rig.StartAsync()).Refusal);
        int commits = rig.Store.Commits;

        Assert.StartsWith("the address: 0x", (await rig.StartAsync()).Refusal, StringComparison.Ordinal);
        Assert.Equal(Nothing, (await rig.StartAsync(nonce: 1)).Refusal);
        Assert.Equal(Nothing, (await rig.StartAllAsync([1])).Refusal);
        Assert.Equal(commits, rig.Store.Commits);
        Assert.Equal(PaymentRig.Nonce(1), rig.Record.Nonce);
        await rig.AssertCleanAsync();
    }

    [Fact]
    [Rule(2, 5)]
    public async Task RunningCall_LosesToTheClaim_WhichTakesNoSlot()
    {
        PaymentRig rig = new PaymentRig().Known();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10), 10));
        Reservation running = await rig.ReserveAsync(PaymentRig.Pay(20), 10);

        Assert.Null((await rig.StartAsync()).Refusal); // although the slot is taken

        PaymentRefusal? refusal = await running.SettleAsync();
        Assert.Equal((1000, "incorrect payment channel nonce, latest: 1, sent: 0"), (refusal!.StatusCode, refusal.Message));
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10, 1), 10));
        rig.AssertIdle();
        await rig.AssertCleanAsync();
    }

    /// <summary>The claim comes between the check before the write and the write; and the other way round.</summary>
    [Fact]
    [Rule(2, 3)]
    public async Task SettleAndClaim_InTheSameMoment_OneLoses()
    {
        var store = new ScriptedStore { IsShared = true };
        PaymentRig[] replicas = [new PaymentRig(store).Known(), new PaymentRig(store).Known()];
        Assert.Null(await replicas[0].PayAsync(PaymentRig.Pay(10), 10));
        replicas[1].Channel.Adopt(replicas[0].Record);
        Reservation call = await replicas[0].ReserveAsync(PaymentRig.Pay(20), 10);
        Task<ClaimReply>? claim = null;
        store.BeforeCommit = () =>
        {
            store.BeforeCommit = null;
            claim = replicas[1].StartAsync().AsTask();
        };
        PaymentRefusal? refusal = await call.SettleAsync();
        Assert.Equal(1000, refusal!.StatusCode);
        Assert.Equal("1/0: 10", Assert.Single((await claim!).Lines()));

        // Here the claim finds a newer total, and claims that one.
        Assert.Null(await replicas[0].PayAsync(PaymentRig.Pay(5, 1), 5));
        Task<PaymentRefusal?>? paid = null;
        store.BeforeCommit = () =>
        {
            store.BeforeCommit = null;
            paid = replicas[0].PayAsync(PaymentRig.Pay(12, 1), 7);
        };
        replicas[1].Channel.Adopt(replicas[0].Record);
        Assert.Equal("1/1: 12", Assert.Single((await replicas[1].StartAsync(nonce: 1)).Lines()));
        Assert.Null(await paid!);
        await replicas[0].AssertCleanAsync();
    }

    /// <summary>
    /// The record of another replica's claim arrives between the check before the write and the write, which would be made on that record
    /// and take the channel back to the claimed nonce.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Rule(3, 8)]
    public async Task ClaimOfAnotherReplica_InTheMiddleOfTheCheck_CallIsRefused(bool isVoucher)
    {
        var store = new ScriptedStore { IsShared = true };
        PaymentRig[] replicas = [new PaymentRig(store).Known(), new PaymentRig(store).Known()];
        PaidCall call = PaymentRig.Call(10);
        PaidCall voucher = call with { Service = call.Service with { TakesVouchers = true } };
        Assert.Null(await (await AdmitAsync(PaymentRig.Pay(10), voucher)).SettleAsync());
        replicas[1].Channel.Adopt(replicas[0].Record);
        Reservation running = await AdmitAsync(PaymentRig.Pay(20), isVoucher ? voucher : call);
        replicas[0].Chain.BeforeHead = () =>
        {
            replicas[0].Chain.BeforeHead = null;
            Assert.True(replicas[1].StartAsync().AsTask().IsCompletedSuccessfully);
            replicas[0].Channel.Adopt(replicas[1].Record);
        };
        Assert.Equal(1000, (await running.SettleAsync())?.StatusCode);
        Assert.Equal((PaymentRig.Nonce(1), 10ul), (replicas[0].Record.Nonce, Assert.Single(replicas[0].Record.Earlier).Amount));
        await replicas[0].AssertCleanAsync();

        async Task<Reservation> AdmitAsync(ChannelPayment payment, PaidCall paid) =>
            (await replicas[0].Payments.AdmitAsync(payment, paid, CancellationToken.None)).Reservation!;
    }

    /// <summary>Trap 27: of two claimers one moves the nonce by one, and the other gets the protocol's answer.</summary>
    [Fact]
    [Rule(2)]
    public async Task TwoClaimers_OnTwoReplicas_AThousandRounds_NeverAnEmptyClaim()
    {
        var store = new ScriptedStore { IsShared = true };
        PaymentRig[] replicas = [new PaymentRig(store).Known(), new PaymentRig(store).Known()];
        foreach (PaymentRig replica in replicas)
        {
            replica.Chain.TopUp(PaymentRig.One, 1_000_000);
            replica.Chain.Extend(PaymentRig.One, 1_000_000);
        }

        for (ulong round = 0; round < 1_000; round++)
        {
            Array.ForEach(replicas, replica => replica.Chain.Learn(PaymentRig.One));
            Assert.Null(await replicas[round % 2].PayAsync(PaymentRig.Pay(round + 1, round), round + 1));
            Array.ForEach(replicas, replica => replica.Channel.Adopt(ChannelRecordCodec.Read(store.Find(replica.Channel.Key)!)));
            bool isOne = round % 3 != 0;
            ClaimReply[] replies = await Task.WhenAll(replicas.Select(replica => Task.Run(
                async () => isOne ? await replica.StartAsync(round) : await replica.StartAllAsync([1], replica.Chain.Head!.Value.Number))));

            ClaimReply won = Assert.Single(replies, reply => reply.Refusal is null);
            Assert.Equal($"1/{round}: {round + 1}", Assert.Single(won.Lines()));
            string lost = replies.Single(reply => reply.Refusal is not null).Refusal!;
            Assert.True(lost is Busy or Nothing || (isOne && lost.StartsWith("the address: 0x", StringComparison.Ordinal)), lost);
            ChannelRecord record = ChannelRecordCodec.Read(store.Find(replicas[0].Channel.Key)!);
            Assert.Equal((PaymentRig.Nonce(round + 1), 0ul), (record.Nonce, record.Amount));
            Assert.DoesNotContain(record.Earlier, total => total.Amount.IsZero || total.Signature.IsEmpty);
            foreach (PaymentRig replica in replicas)
            {
                replica.ClaimOnChain(won.Payments[0]);
                replica.Chain.Mine(70); // final, so that the record needs not keep it
            }
        }

        await replicas[0].AssertCleanAsync();
    }

    /// <summary>What is in the ledger if the process dies, or the store says nothing, at the write.</summary>
    [Theory]
    [InlineData(StoreFault.UnknownWritten, true)]
    [InlineData(StoreFault.RepeatedWrite, true)]
    [InlineData(StoreFault.UnknownLost, false)]
    [InlineData(StoreFault.UnknownLandsLater, false)]
    [InlineData(StoreFault.NotWritten, false)]
    [InlineData(StoreFault.ThrowsWritten, null)]
    [Rule(7)]
    public async Task StoreThatFails_ClaimIsStartedOrNot_AndTheSignatureIsThere(StoreFault fault, bool? isStarted)
    {
        PaymentRig rig = new PaymentRig().Known();
        rig.Time.JumpsToTimers = true;
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(30), 30));
        rig.Store.Fail(fault);
        if (isStarted is { } started)
        {
            Assert.Equal(started, (await rig.StartAsync()).Refusal is null);
        }
        else
        {
            await Assert.ThrowsAsync<InvalidOperationException>(async () => await rig.StartAsync());
        }

        Assert.Equal(0, rig.Store.LandLate()); // a late write lost

        // The same ledger in a new process.
        PaymentRig after = new PaymentRig(rig.Store).Known();
        await after.Parts.Sync.LoadAsync(CancellationToken.None);
        Assert.Equal(isStarted == false ? [] : ["1/0: 30"], (await after.InProgressAsync()).Lines());
        Assert.Equal(isStarted == false ? ["1/0: 30"] : [], (await after.UnclaimedAsync()).Lines());
        Assert.Null(await after.PayAsync(isStarted == false ? PaymentRig.Pay(40) : PaymentRig.Pay(10, 1), 10));
        await after.AssertCleanAsync();
    }

    [Fact]
    public async Task StoreThatCannotBeRead_ReferencesText_AndNothingIsWritten()
    {
        PaymentRig rig = new PaymentRig().Known();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(30), 30));
        int commits = rig.Store.Commits;
        rig.Store.FailingReads = 1;
        Assert.StartsWith("Channel storage error: ", (await rig.StartAsync()).Refusal, StringComparison.Ordinal);
        Assert.Equal(commits, rig.Store.Commits);
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await rig.StartAsync(cancellationToken: gone.Token));
        Assert.Equal(commits, rig.Store.Commits);
    }

    /// <summary>Traps 24 and 29: amounts of more than 64 bits; what was started before an error is in progress.</summary>
    [Fact]
    public async Task SeveralChannels_InTheOrderOfTheRequest_UpToTheFirstError()
    {
        PaymentRig rig = new PaymentRig().Known();
        UInt256 large = UInt256.FromUInt64(1UL << 63).SaturatingAdd(1UL << 63); // the low 64 bits are zero
        rig.Chain.Open(PaymentRig.Id(3), PaymentRig.Sender, PaymentRig.Signer, PaymentRig.Group, large, 1_900);
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10), 10));
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(large, channel: 3), large));
        Assert.Equal([$"3/0: {large}", "1/0: 10"], (await rig.UnclaimedAsync()).Lines()); // 3 expires first

        Assert.Equal("channel Id 9 was not found on blockchain or storage", (await rig.StartAllAsync([9, 1])).Refusal);
        Assert.Equal(["3/0: 18446744073709551616", "1/0: 10"], (await rig.StartAllAsync([3, 1])).Lines());
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(7, 1), 7));
        Assert.Equal(Nothing, (await rig.StartAllAsync([1, 1])).Refusal); // the second time there is nothing
        Assert.Equal(["3/0: 18446744073709551616", "1/0: 10", "1/1: 7"], (await rig.InProgressAsync()).Lines());
        await rig.AssertCleanAsync();
    }

    /// <summary>Trap 30: the sender took the funds back; the total stays in the ledger until that is final, and in the journal.</summary>
    [Fact]
    [Rule(8)]
    public async Task SenderTakesTheFundsBack_TotalIsNotInProgress_AndNotForgotten()
    {
        PaymentRig rig = new PaymentRig().Known();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(30), 30));
        Assert.Null((await rig.StartAsync()).Refusal);
        rig.Chain.Claim(PaymentRig.One, 1_000);
        Assert.Empty((await rig.InProgressAsync()).Payments);
        Assert.Equal(30ul, Assert.Single(rig.Record.Earlier).Amount);

        // A reorganisation undoes that.
        rig.Book.Learn(
            rig.Chain.Read(PaymentRig.One) with { Nonce = new(0), Value = 1_000, Block = rig.Chain.Head!.Value },
            afterReorganisation: true);
        rig.Chain.Outage = ChannelReadResult.Unreachable;
        Assert.Equal("1/0: 30", Assert.Single((await rig.InProgressAsync()).Lines()));
        var entry = JournalEntry.Read(rig.Store.Entry(rig.Channel.Key, 2));
        Assert.Equal((EntryKind.Claim, 30ul), (entry.Kind, entry.Amount));
        Assert.Equal(PaymentRig.Pay(30).Signature.ToArray(), entry.Signature.ToArray());
    }

    /// <summary>A channel that nothing happens to is not read: the reading in memory is from before the claims became final.</summary>
    [Fact]
    [Rule(8)]
    public async Task ClaimsThatAreFinal_MakeRoom_AlsoWhereNobodyPaysMeanwhile()
    {
        PaymentRig rig = await WithoutRoomAsync();
        foreach (ClaimablePayment payment in (await rig.InProgressAsync()).Payments)
        {
            rig.ClaimOnChain(payment);
        }

        const string NotFinal = "channel Id 1 has 8 claims that are not final; claim again when they are";
        Assert.Equal(NotFinal, (await rig.StartAsync(8)).Refusal);
        rig.Chain.Mine(63);
        Assert.Equal(NotFinal, (await rig.StartAsync(8)).Refusal);
        rig.Chain.Mine(1);
        Assert.Equal("1/8: 10", Assert.Single((await rig.StartAsync(8)).Lines()));
    }

    /// <summary>A reorganisation gives the id to other parties while the reading for more room runs: their claims are not these.</summary>
    [Fact]
    [Rule(13)]
    public async Task ClaimsOfOtherParties_AreNotNoted_WhereTheIdBecomesTheirs()
    {
        PaymentRig rig = await WithoutRoomAsync();
        int commits = rig.Store.Commits;
        rig.Chain.BeforeAnswer = _ =>
        {
            rig.Chain.Open(PaymentRig.One, PaymentRig.Stranger, PaymentRig.Stranger, PaymentRig.Group, 1_000, 2_000, nonce: 8);
            return Task.CompletedTask;
        };
        Assert.Equal(Nothing, (await rig.StartAsync(8)).Refusal);
        Assert.Equal(commits, rig.Store.Commits);
        Assert.Equal((8, PaymentRig.Sender), (rig.Record.Earlier.Count, rig.Record.Sender));
    }

    [Fact]
    [Rule(8)]
    public async Task MoreClaimsThanTheRecordKeeps_AreRefused_AndNoSignatureIsDropped()
    {
        PaymentRig rig = await WithoutRoomAsync();
        Assert.Equal("channel Id 1 has 8 claims that are not final; claim again when they are", (await rig.StartAsync(8)).Refusal);
        foreach (ClaimablePayment payment in (await rig.InProgressAsync()).Payments)
        {
            rig.ClaimOnChain(payment);
        }

        rig.Chain.Learn(PaymentRig.One);
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(20, 8), 10)); // the record takes down that they are claimed
        rig.Chain.Mine(64);
        rig.Chain.Learn(PaymentRig.One);
        Assert.Equal("1/8: 20", Assert.Single((await rig.StartAsync(8)).Lines()));
        await rig.AssertCleanAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Rule(5)]
    public async Task Credit_IsCarriedOver_AndACallWithAMeteredPriceGivesBackAfterTheClaim(bool claimsFirst)
    {
        PaymentRig rig = new PaymentRig().Known();
        PaidCall call = PaymentRig.Call(100);
        call = call with { Service = call.Service with { Metered = new MeteredPrice(MeterUnit.Message, 1) } };
        Reservation metered = (await rig.Payments.AdmitAsync(PaymentRig.Pay(100), call, CancellationToken.None)).Reservation!;
        Assert.Null(await metered.SettleAsync());
        if (claimsFirst)
        {
            Assert.Equal("1/0: 100", Assert.Single((await rig.StartAsync()).Lines()));
        }

        Assert.Equal(30ul, await metered.GiveBackAsync(30));
        if (!claimsFirst)
        {
            Assert.Equal("1/0: 100", Assert.Single((await rig.StartAsync()).Lines()));
        }

        Assert.Equal((PaymentRig.Nonce(1), 0ul, 70ul), (rig.Record.Nonce, rig.Record.Amount, rig.Record.Credit.Total));
        ChannelVerification finding = Assert.Single(await rig.VerifyAsync());
        Assert.Empty(finding.Faults);
        Assert.Equal(30ul, finding.Delivered);
    }

    [Theory]
    [InlineData("not the payee")]
    [InlineData("wrong contract")]
    [InlineData("signature too short")]
    [InlineData("signature of no key")]
    [InlineData("old block")]
    [InlineData("block above the head")]
    [InlineData("unknown channel")]
    [Rule(10)]
    public async Task Garbage_TouchesNeitherTheLedgerNorTheChain_AndIsCounted(string what)
    {
        PaymentRig rig = new PaymentRig().Known();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(30), 30));
        rig.Parts.RequestsPerMinute = 3;
        (int reads, int commits) = (rig.Store.Reads, rig.Store.Commits);
        ulong block = what switch { "old block" => 994, "block above the head" => 2_000, _ => 1_000 };
        ulong channel = what == "unknown channel" ? 9UL : 1UL;
        string? last = null;
        for (int i = 0; i < 4; i++)
        {
            last = (i % 4) switch
            {
                0 => (await rig.Parts.ClaimStarts.StartAsync(
                    PaymentRig.Id(channel), Of(ClaimMessages.Start(PaymentRig.Escrow, PaymentRig.Id(channel), new(0))), default)).Refusal,
                1 => (await rig.Parts.ClaimStarts.StartAllAsync(
                    [1], block, Of(ClaimMessages.StartAll(PaymentRig.Escrow, [1], block)), default)).Refusal,
                2 => (await rig.Parts.ClaimLists.UnclaimedAsync(
                    Of(ClaimMessages.ListUnclaimed(PaymentRig.Escrow, block)), block, default)).Refusal,
                _ => (await rig.Parts.ClaimLists.InProgressAsync(
                    Of(ClaimMessages.ListInProgress(PaymentRig.Escrow, block)), block, default)).Refusal,
            };
            Assert.NotNull(last);
            if (i == 1)
            {
                Assert.Equal(what switch
                {
                    "wrong contract" => "the mpeAddress: 0x0 passed does not match to what has been registered",
                    "signature too short" => "incorrect signature length",
                    "signature of no key" => "incorrect signature data",
                    "old block" or "block above the head" => Expired,
                    _ => $"the address: {PaymentRig.Stranger} does not match to what has been expected / registered",
                }, last);
            }
        }

        Assert.Equal("too many requests, please try again later", last);
        Assert.Equal((reads, commits), (rig.Store.Reads, rig.Store.Commits));
        Assert.Empty(rig.Chain.Looks);
        Assert.Equal(0, rig.Chain.HeadRefreshes);
        Assert.Equal(PaymentRig.Nonce(0), rig.Record.Nonce);

        ClaimRequest Of(byte[] message)
        {
            ClaimRequest request = ClaimRig.Request(message, PaymentRig.Stranger, what == "wrong contract" ? "0x0" : null);
            return what switch
            {
                "signature too short" => request with { Signature = request.Signature[1..] },
                "signature of no key" => request with { Signature = new byte[65] },
                _ => request,
            };
        }
    }

    [Fact]
    public async Task Payee_WithAnOldBlock_IsRefused_AndListsAreBounded()
    {
        PaymentRig rig = new PaymentRig().Known();
        foreach (ulong block in (ulong[])[994, 1_006, 0, ulong.MaxValue])
        {
            Assert.Equal(Expired, (await rig.UnclaimedAsync(block)).Refusal);
            Assert.Equal(Expired, (await rig.InProgressAsync(block)).Refusal);
            Assert.Equal(Expired, (await rig.StartAllAsync([1], block)).Refusal);
        }

        rig.Chain.NextHead = 1_010;
        Assert.Null((await rig.UnclaimedAsync(1_010)).Refusal); // the chain is ahead of this gateway
        for (int i = 1; i < ClaimLists.ListsPerMinute; i++)
        {
            Assert.Null((await rig.UnclaimedAsync(1_010)).Refusal);
        }

        Assert.Equal("too many requests, please try again later", (await rig.UnclaimedAsync(1_010)).Refusal);
        Assert.Empty((await rig.UnclaimedAsync(1_010, PaymentRig.Stranger)).Payments);
    }

    [Fact]
    public async Task CopyOfTheLedger_HasTheClaimInProgress_AndItsJournal()
    {
        PaymentRig rig = new PaymentRig().Known();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(30), 30));
        Assert.Null((await rig.StartAsync()).Refusal);
        await using var target = new MemoryRecordStore();
        using var copy = new LedgerCopy(rig.Store, target, target, append: null);
        LedgerCopyResult copied = await copy.RunAsync(CancellationToken.None);
        Assert.Equal((1, 2), (copied.Written, copied.EntriesWritten));
        ChannelRecord record = ChannelRecordCodec.Read((await target.ReadAsync(rig.Channel.Key, CancellationToken.None))!);
        Assert.Equal((PaymentRig.Nonce(1), 30ul), (record.Nonce, Assert.Single(record.Earlier).Amount));
        Assert.Equal([EntryKind.Settle, EntryKind.Claim], await new LedgerHistory(target)
            .EntriesAsync(record, CancellationToken.None).Select(entry => entry.Kind).ToArrayAsync());
        var verifier = new LedgerVerifier(target, new FakeSigners(), PaymentRig.Escrow, rig.Time);
        Assert.Empty((await verifier.VerifyAsync(CancellationToken.None).SingleAsync()).Faults);
    }

    [Fact]
    public async Task Verify_FindsAClaimThatTheRecordHasLost_AndOneThatWasNeverSigned()
    {
        PaymentRig rig = new PaymentRig().Known();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(30), 30));
        Assert.Null((await rig.StartAsync()).Refusal);
        await rig.AssertCleanAsync();
        byte[] value = new byte[16_384];
        ChannelRecord record = rig.Record;
        rig.Store.Overwrite(rig.Channel.Key, value.AsMemory(0, ChannelRecordCodec.Write(record with { Earlier = [] }, value)));
        Assert.Equal(
            "the claim of 30 cogs of nonce 0 was started, and the record does not hold it",
            Assert.Single(Assert.Single(await rig.VerifyAsync()).Faults));

        JournalEntry entry = JournalEntry.Read(record.NewestEntry) with { Amount = 31 };
        byte[] bytes = new byte[JournalEntry.MaxLength];
        byte[] changed = bytes[..entry.Write(bytes)];
        rig.Store.OverwriteEntry(rig.Channel.Key, 2, changed);
        rig.Store.Overwrite(
            rig.Channel.Key, value.AsMemory(0, ChannelRecordCodec.Write(record with { NewestEntry = changed }, value)));
        Assert.Contains(
            "entry 2 claims 31 cogs of nonce 0, and there are 30 of nonce 0", Assert.Single(await rig.VerifyAsync()).Faults);
    }

    /// <summary>As many claims in progress as the record keeps, and a payment after them.</summary>
    private static async Task<PaymentRig> WithoutRoomAsync()
    {
        PaymentRig rig = new PaymentRig().Known();
        for (ulong nonce = 0; nonce < 8; nonce++)
        {
            Assert.Null(await rig.PayAsync(PaymentRig.Pay(10, nonce), 10));
            Assert.Null((await rig.StartAsync(nonce)).Refusal);
        }

        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10, 8), 10));
        return rig;
    }
}
