using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.States;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Payments;
using Xunit;

namespace SnetGateway.Tests.Payments.States;

/// <summary>The steps and texts of docs/protocol/channel-state.md, 'Steps'.</summary>
public sealed class ChannelStatesTests
{
    private const string Expired = "authentication failed as the signature passed has expired";
    private const string NoCurrentBlock = "error determining current block: the blockchain cannot be read now";
    private const string NotAParty = "only channel signer/sender/receiver can get latest channel state";

    [Fact]
    [Rule(12)]
    public async Task KnownChannel_AfterAnIdleTime_OnlyAPartyHasTheChainFollowed()
    {
        PaymentRig rig = new PaymentRig().Known();
        int followed = 0;
        rig.Chain.WhileIdle = () =>
        {
            followed++;
            return default;
        };
        Assert.Equal(NotAParty, (await AskAsync(rig, by: PaymentRig.Stranger)).Refusal);
        Assert.Equal(0, followed);
        Assert.Null((await AskAsync(rig)).Refusal);
        Assert.Equal(1, followed);
    }

    [Fact]
    public async Task Known_AnyPartyIsTold_AndNobodyElse()
    {
        PaymentRig rig = new PaymentRig().Known();
        foreach (Address party in (Address[])[PaymentRig.Sender, PaymentRig.Signer, PaymentRig.Recipient])
        {
            ChannelState state = await AskAsync(rig, by: party);
            Assert.Equal((PaymentRig.Nonce(0), null, null, null), (state.Nonce, state.Signed, state.Old, state.Refusal));
        }

        Assert.Equal(NotAParty, (await AskAsync(rig, by: PaymentRig.Stranger)).Refusal);
        Assert.Empty(rig.Chain.Looks);
        Assert.Equal(0, rig.Chain.HeadRefreshes);
    }

    [Fact]
    public async Task Signed_TotalAndItsSignatureAreTold()
    {
        PaymentRig rig = new PaymentRig().Known();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(30), 30));
        ChannelState state = await AskAsync(rig);
        Assert.Equal((PaymentRig.Nonce(0), UInt256.FromUInt64(30)), (state.Nonce, state.Signed!.Amount));
        Assert.Equal(rig.Record.Signature.ToArray(), state.Signed.Signature.ToArray());
    }

    [Fact]
    public async Task Claimed_NextNonceWithNothingSigned_AfterOneLook()
    {
        PaymentRig rig = new PaymentRig().Known();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(30), 30));
        rig.Chain.Claim(PaymentRig.One, 30);
        ChannelState state = await AskAsync(rig);
        Assert.Equal((PaymentRig.Nonce(1), null, null, null), (state.Nonce, state.Signed, state.Old, state.Refusal));
        Assert.Equal([(PaymentRig.One, ReadPriority.KnownParty)], rig.Chain.Looks);
    }

    [Fact]
    public async Task OutdatedAndChainUnreachable_WhatIsKnownIsTold()
    {
        PaymentRig rig = new PaymentRig().Known();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(30), 30));
        rig.Channel.MarkOutdated(rig.Time.GetUtcNow());
        rig.Chain.Outage = ChannelReadResult.Unreachable;
        Assert.Equal(UInt256.FromUInt64(30), (await AskAsync(rig)).Signed!.Amount);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ClaimOnItsWay_OldTotalIsToldOrMissed(bool kept)
    {
        PaymentRig rig = new PaymentRig().Known();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(30), 30));
        byte[] value = new byte[16_384];
        ChannelRecord old = rig.Record;
        ChannelRecord moved = old with
        {
            Nonce = new(1), Amount = 0, Signature = default,
            Earlier = kept ? [new SignedTotal(old.Nonce, old.Amount, old.Signature, 0)] : [],
        };
        rig.Store.Overwrite(rig.Channel.Key, value.AsMemory(0, ChannelRecordCodec.Write(moved, value)));
        rig.Channel.Adopt(ChannelRecordCodec.Read(rig.Store.Find(rig.Channel.Key)!));

        ChannelState state = await AskAsync(rig);
        if (kept)
        {
            Assert.Equal((PaymentRig.Nonce(1), null), (state.Nonce, state.Signed));
            Assert.Equal((PaymentRig.Nonce(0), UInt256.FromUInt64(30)), (state.Old!.Nonce, state.Old.Amount));
        }
        else
        {
            Assert.Equal(
                "channel has different nonce in local storage and blockchain and old payment is not found in storage", state.Refusal);
        }
    }

    [Theory]
    [InlineData(994UL, false)]
    [InlineData(995UL, true)]
    [InlineData(1_000UL, true)]
    [InlineData(1_005UL, true)]
    [InlineData(1_006UL, false)]
    [InlineData(0UL, false)]
    [InlineData(ulong.MaxValue, false)]
    public async Task BlockNumber_FiveBesideTheHead(ulong block, bool fresh)
    {
        PaymentRig rig = new PaymentRig().Known();
        Assert.Equal(fresh ? null : Expired, (await AskAsync(rig, block: block)).Refusal);
        Assert.Equal(block > 1_005 ? 1 : 0, rig.Chain.HeadRefreshes);
    }

    [Fact]
    [Rule(11)]
    public async Task BlockNumberAboveTheHead_GetsOneFreshLook()
    {
        PaymentRig rig = new PaymentRig().Known();
        rig.Chain.NextHead = 1_020;
        Assert.Null((await AskAsync(rig, block: 1_022)).Refusal);
        Assert.Equal(1, rig.Chain.HeadRefreshes);
    }

    [Fact]
    [Rule(12)]
    public async Task NumberAboveTheHead_ChainUnreachable_PartiesAreToldFromMemoryUntilTheBound()
    {
        // Blocks go on where the client sees them. Payments on the channel go on here, and SDKs ask for its state before each of them.
        PaymentRig rig = new PaymentRig().Known();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(30), 30));
        rig.Chain.Outage = ChannelReadResult.Unreachable;
        rig.Time.Advance(PaymentRig.Bound);
        Assert.Equal(UInt256.FromUInt64(30), (await AskAsync(rig, block: 1_025)).Signed!.Amount);
        Assert.Equal(Expired, (await AskAsync(rig, block: 994)).Refusal);
        Assert.Equal(NotAParty, (await AskAsync(rig, block: 1_025, by: PaymentRig.Stranger)).Refusal);

        rig.Time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(NoCurrentBlock, (await AskAsync(rig, block: 1_025)).Refusal);
    }

    [Fact]
    [Rule(11)]
    public async Task NumberAboveTheHead_ChainUnreachable_OfAnUnknownIdIsNotCalledExpired()
    {
        var rig = new PaymentRig();
        rig.Chain.Outage = ChannelReadResult.Unreachable;
        Assert.Equal(NoCurrentBlock, (await AskAsync(rig, block: 1_006)).Refusal);
        Assert.Empty(rig.Chain.Looks);
    }

    [Fact]
    [Rule(12)]
    public async Task Restart_ChainUnreachable_PartiesAreToldFromMemoryUntilTheBound()
    {
        var before = new PaymentRig();
        Assert.Null(await before.Known().PayAsync(PaymentRig.Pay(30), 30));
        PaymentRig rig = await AfterRestartAsync(before);
        rig.Chain.Head = null;
        rig.Chain.Cursor = null;
        rig.Chain.Outage = ChannelReadResult.Unreachable;

        rig.Time.Advance(PaymentRig.Bound);
        Assert.Equal(UInt256.FromUInt64(30), (await AskAsync(rig, block: 1_025)).Signed!.Amount);
        Assert.Equal(Expired, (await AskAsync(rig, block: 994)).Refusal);
        rig.Time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(NoCurrentBlock, (await AskAsync(rig)).Refusal);
        Assert.Equal(NoCurrentBlock, (await AskAsync(rig, channel: 2)).Refusal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    public async Task MalformedSignature_IsRefusedBeforeAnything(string hex)
    {
        var rig = new PaymentRig();
        ChannelState state = await States(rig).GetAsync(PaymentRig.One, 1, Convert.FromHexString(hex), default, default);
        Assert.Equal("incorrect signature", state.Refusal);
        Assert.Empty(rig.Chain.Looks);
    }

    [Fact]
    public async Task SignatureOverOtherNumbers_IsNoPartys()
    {
        PaymentRig rig = new PaymentRig().Known();
        Assert.Equal(
            NotAParty,
            (await States(rig).GetAsync(PaymentRig.One, 1_000, Sign(PaymentRig.One, 1_001, PaymentRig.Sender), default, default)).Refusal);
        Assert.Equal(
            NotAParty,
            (await States(rig).GetAsync(
                PaymentRig.One, 1_000, Sign(PaymentRig.Id(2), 1_000, PaymentRig.Sender), default, default)).Refusal);
    }

    [Fact]
    public async Task UnknownId_FreshnessComesBeforeTheChain()
    {
        var rig = new PaymentRig();
        Assert.Equal(Expired, (await AskAsync(rig, block: 900)).Refusal);
        Assert.Empty(rig.Chain.Looks);
        Assert.Null((await AskAsync(rig)).Refusal);
        Assert.Equal([(PaymentRig.One, ReadPriority.Anonymous)], rig.Chain.Looks);
    }

    [Fact]
    public async Task UnknownId_ThatDoesNotExistOrPaysSomebodyElse_IsNotFound()
    {
        var rig = new PaymentRig();
        Assert.Equal("channel is not found, channelId: 77", (await AskAsync(rig, channel: 77)).Refusal);
        rig.Chain.Open(PaymentRig.Id(2), PaymentRig.Sender, PaymentRig.Signer, PaymentRig.OtherRecipient, 1, 5_000);
        Assert.Equal("channel is not found, channelId: 2", (await AskAsync(rig, channel: 2)).Refusal);
        Assert.Equal("channel is not found, channelId: 2", (await AskAsync(rig, channel: 2)).Refusal);
        Assert.Equal(2, rig.Chain.Looks.Count);
    }

    [Theory]
    [InlineData(ChannelReadResult.NoBudget)]
    [InlineData(ChannelReadResult.Unreachable)]
    public async Task UnknownId_NoAnswer_IsNotNotFound(ChannelReadResult outage)
    {
        var rig = new PaymentRig();
        rig.Chain.Outage = outage;
        Assert.Equal("channel error:the blockchain cannot be read now, please try again later", (await AskAsync(rig)).Refusal);
    }

    [Fact]
    [Rule(13)]
    public async Task IdGivenToAnotherChannelByAReorganisation_ItsNewOwnerIsToldAfterOneLook_AndTheOldOneNothing()
    {
        PaymentRig rig = new PaymentRig().Known();
        rig.Chain.Open(PaymentRig.One, PaymentRig.Stranger, PaymentRig.Stranger, PaymentRig.Group, 1_000, 2_000);
        rig.Channel.MarkReorganised(rig.Time.GetUtcNow());

        Assert.Equal(Expired, (await AskAsync(rig, block: 900, by: PaymentRig.Stranger)).Refusal);
        Assert.Empty(rig.Chain.Looks);
        Assert.Equal((PaymentRig.Nonce(0), null), Told(await AskAsync(rig, by: PaymentRig.Stranger)));
        Assert.Equal(NotAParty, (await AskAsync(rig, by: PaymentRig.Sender)).Refusal);
        Assert.Equal([(PaymentRig.One, ReadPriority.Anonymous)], rig.Chain.Looks);
    }

    [Fact]
    [Rule(13)]
    public async Task IdGivenToAnotherChannelByAReorganisation_TheOldOwnerWhoAsksFirst_IsNotToldTheNewOnesState()
    {
        PaymentRig rig = new PaymentRig().Known();
        rig.Chain.Open(PaymentRig.One, PaymentRig.Stranger, PaymentRig.Stranger, PaymentRig.Group, 1_000, 2_000);
        rig.Channel.MarkReorganised(rig.Time.GetUtcNow());

        Assert.Equal(NotAParty, (await AskAsync(rig, by: PaymentRig.Sender)).Refusal);
        Assert.Equal([(PaymentRig.One, ReadPriority.KnownParty)], rig.Chain.Looks);
    }

    [Fact]
    [Rule(13)]
    public async Task IdGivenToAnotherChannel_KnownByAnotherReplicasReading_ItsNewOwnerIsToldAfterOneLook()
    {
        var other = new PaymentRig();
        Assert.Null(await other.Known().PayAsync(PaymentRig.Pay(10), 10));
        PaymentRig rig = await AfterRestartAsync(other);
        rig.Chain.Mine(2);
        rig.Chain.Open(PaymentRig.One, PaymentRig.Stranger, PaymentRig.Stranger, PaymentRig.Group, 1_000, 2_000);

        Assert.Equal((PaymentRig.Nonce(0), null), Told(await AskAsync(rig, by: PaymentRig.Stranger)));
        Assert.Equal([(PaymentRig.One, ReadPriority.Anonymous)], rig.Chain.Looks);
    }

    [Theory]
    [InlineData(ChannelReadResult.NoBudget)]
    [InlineData(ChannelReadResult.Unreachable)]
    public async Task IdThatMayBeAnotherChannels_NoAnswer_NobodyIsCalledNoParty(ChannelReadResult outage)
    {
        PaymentRig rig = new PaymentRig().Known();
        rig.Channel.MarkReorganised(rig.Time.GetUtcNow());
        rig.Chain.Outage = outage;
        Assert.Equal(
            "channel error:the blockchain cannot be read now, please try again later",
            (await AskAsync(rig, by: PaymentRig.Stranger)).Refusal);
    }

    [Fact]
    [Rule(10)]
    public async Task AnotherReplicasReading_BeyondFinality_AStrangersQuestionCostsNoLook()
    {
        var other = new PaymentRig();
        Assert.Null(await other.Known().PayAsync(PaymentRig.Pay(10), 10));
        PaymentRig rig = await AfterRestartAsync(other);
        rig.Chain.Mine(64);

        Assert.Equal(NotAParty, (await AskAsync(rig, block: 1_064, by: PaymentRig.Stranger)).Refusal);
        Assert.Empty(rig.Chain.Looks);
    }

    [Fact]
    public async Task SharedLedger_WhatAnotherReplicaSettledLast_IsTold()
    {
        PaymentRig rig = new PaymentRig(new ScriptedStore { IsShared = true }).Known();
        PaymentRig other = new PaymentRig(rig.Store).Known();
        Assert.Null(await other.PayAsync(PaymentRig.Pay(30), 30));
        Assert.Equal(UInt256.FromUInt64(30), (await AskAsync(rig)).Signed!.Amount);

        rig.Store.FailingReads = 1;
        Assert.Equal("channel error:the ledger cannot be read now, please try again later", (await AskAsync(rig)).Refusal);
        int reads = rig.Store.Reads;
        Assert.Equal(NotAParty, (await AskAsync(rig, by: PaymentRig.Stranger)).Refusal);
        Assert.Equal(reads, rig.Store.Reads);
    }

    private static ChannelStates States(PaymentRig rig) =>
        new(rig.Book, rig.Parts.Parties, rig.Parts.Budgets, rig.Signers, rig.Ledger, PaymentRig.Escrow);

    private static ValueTask<ChannelState> AskAsync(PaymentRig rig, ulong channel = 1, ulong block = 1_000, Address? by = null) =>
        States(rig).GetAsync(PaymentRig.Id(channel), block, Sign(PaymentRig.Id(channel), block, by ?? PaymentRig.Sender), default, default);

    private static (ChannelNonce? Nonce, string? Refusal) Told(ChannelState state) => (state.Nonce, state.Refusal);

    /// <summary>A new process on the ledger that another one left.</summary>
    private static async Task<PaymentRig> AfterRestartAsync(PaymentRig before)
    {
        var rig = new PaymentRig(before.Store, before.Time);
        await rig.Parts.Sync.LoadAsync(default);
        return rig;
    }

    /// <summary>
    /// "__get_channel_state", the escrow, the id and the block: 103 bytes (docs/protocol/channel-state.md, 'Message to sign').
    /// </summary>
    internal static byte[] Sign(ChannelId id, ulong block, Address by) => FakeSigners.Sign(
        by, (byte[])[.. "__get_channel_state"u8, .. PaymentRig.Escrow.ToBytes(), .. id.Value.ToBigEndian(), .. UInt256.FromUInt64(block)
            .ToBigEndian()]);
}
