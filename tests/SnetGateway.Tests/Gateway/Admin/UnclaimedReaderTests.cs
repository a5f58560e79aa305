using SnetGateway.Gateway.Admin;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit.Payments;
using SnetGateway.Tests.Payments;
using Xunit;

namespace SnetGateway.Tests.Gateway.Admin;

/// <summary>What of the signed amounts is unclaimed, and what is at risk, at block 1,000.</summary>
public sealed class UnclaimedReaderTests
{
    private static readonly Address s_sender = Address.Parse("0x00000000000000000000000000000000000000aa");
    private static readonly ulong s_threshold = PaymentRig.Group.ExpirationThreshold;

    private readonly ChannelBook _book = new([PaymentRig.Group]);
    private readonly FakeChain _chain;

    public UnclaimedReaderTests()
    {
        _chain = new FakeChain(_book, TimeProvider.System);
    }

    private UnclaimedAmounts Amounts => new UnclaimedReader(_book, _chain).Read(next: 10);

    [Fact]
    public void Amounts_AreAddedUp_AndThoseThatExpireWithinTheThresholdAreAtRisk()
    {
        Add(1, amount: 30, expires: 1_001 + s_threshold);
        Add(2, amount: 5, expires: 1_000 + s_threshold);
        Add(3, amount: 7, expires: 900);
        Add(4, amount: 0, expires: 900);
        UnclaimedAmounts amounts = Amounts;
        Assert.Equal(("42", "12", 3, 1_000ul), (amounts.Total, amounts.AtRisk, amounts.Channels, amounts.Head));
        Assert.Equal(
            [("3", "7", "0", true), ("2", "5", $"{s_threshold}", true), ("1", "30", $"{1 + s_threshold}", false)],
            amounts.Next.Select(one => (one.Channel, one.Unclaimed, one.BlocksLeft!, one.IsAtRisk)));
    }

    [Fact]
    public void ClaimedNonce_CountsNoMore_AndEarlierOnesUntilTheChainShowsThem()
    {
        Channel channel = Add(1, amount: 30, expires: 9_000, nonce: 1, earlier: new SignedTotal(default, 4, default, 0));
        Assert.Equal("34", Amounts.Total);
        channel.MarkClaimed(new ChannelNonce(1), TimeProvider.System.GetUtcNow());
        Assert.Equal("30", Amounts.Total);
        channel.MarkClaimed(new ChannelNonce(2), TimeProvider.System.GetUtcNow());
        Assert.Equal(("0", 0), (Amounts.Total, Amounts.Channels));
    }

    [Fact]
    public void WithoutABlock_NothingIsAtRisk_AndTheListIsBounded()
    {
        for (ulong i = 0; i < 50; i++)
        {
            Add(i, amount: 1, expires: 2_000 - i);
        }

        (_chain.Head, _chain.Cursor) = (null, null);
        UnclaimedAmounts amounts = new UnclaimedReader(_book, _chain).Read(next: 3);
        Assert.Equal(("50", "0", null), (amounts.Total, amounts.AtRisk, amounts.Head));
        Assert.Equal(["49", "48", "47"], amounts.Next.Select(one => one.Channel));
    }

    private Channel Add(ulong id, ulong amount, ulong expires, ulong nonce = 0, SignedTotal? earlier = null)
    {
        var channel = new ChannelId(id);
        _book.Learn(_chain.Open(channel, s_sender, s_sender, PaymentRig.Group, 1_000, expires));
        Channel known = _book.Find(channel)!;
        known.Adopt(new ChannelRecord
        {
            Id = channel, Nonce = new ChannelNonce(nonce), Amount = amount, Signature = default, Sender = s_sender, Signer = s_sender,
            Earlier = earlier is null ? [] : [earlier], Revision = 1,
        });
        return known;
    }
}
