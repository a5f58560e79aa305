using Microsoft.Extensions.Time.Testing;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit.Payments;
using Xunit;

namespace SnetGateway.Tests.Payments.Channels;

/// <summary>What is authorized and not claimed.</summary>
public sealed class UnclaimedFundsTests
{
    private readonly ChannelBook _book = new([PaymentRig.Group]);
    private readonly FakeTimeProvider _time = new();
    private readonly FakeChain _chain;

    public UnclaimedFundsTests()
    {
        _chain = new FakeChain(_book, _time);
    }

    [Fact]
    public void NothingSigned_IsNothing()
    {
        Open(1, expiration: 10);
        Assert.Equal((UInt256.Zero, 0, null), Read() is var funds ? (funds.Total, funds.Channels, funds.First) : default);
    }

    [Fact]
    public void Channels_AreAddedUp_AndThoseThatExpireSoonAreNamed()
    {
        Serve(Open(1, expiration: 3_000), 100);
        Serve(Open(2, expiration: 2_000), 10);
        Serve(Open(3, expiration: 2_001), 1);
        Open(4, expiration: 5); // nothing was signed on it
        UnclaimedFunds funds = Read();
        Assert.Equal(((UInt256)111, 3, (UInt256)10, 1), (funds.Total, funds.Channels, funds.Expiring, funds.ExpiringChannels));
        Assert.Equal((PaymentRig.Id(2), (UInt256)2_000), (funds.First!.Value, funds.FirstExpiration));
    }

    [Fact]
    public void Claim_ThatWasSeen_Counts()
    {
        Channel channel = Open(1, expiration: 2_000);
        Serve(channel, 100);
        channel.MarkClaimed(PaymentRig.Nonce(1), _time.GetUtcNow());
        Assert.Equal((UInt256.Zero, 0), Read() is var funds ? (funds.Total, funds.Channels) : default);
        Serve(channel, 7, nonce: 1);
        Assert.Equal((UInt256)7, Read().Total);
    }

    [Fact]
    public void EarlierNonce_ThatIsNotClaimed_CountsToo()
    {
        Channel channel = Open(1, expiration: 2_000);
        Serve(channel, 7, nonce: 2, Signed(nonce: 0, 1_000), Signed(nonce: 1, 30));
        channel.MarkClaimed(PaymentRig.Nonce(1), _time.GetUtcNow());
        Assert.Equal((UInt256)37, Read().Total);
    }

    [Fact]
    public void RecordOfAnEarlierChannelWithThisId_CannotBeClaimed()
    {
        Channel channel = Open(1, expiration: 2_000);
        Serve(channel, 100);
        ChannelReading reading = _chain.Read(channel.Id) with { Sender = PaymentRig.Stranger };
        channel.Apply(reading, afterReorganisation: true);
        Assert.Equal(UInt256.Zero, Read().Total);
    }

    private UnclaimedFunds Read() => UnclaimedFunds.Read(_book, soon: 2_000);

    private Channel Open(ulong id, ulong expiration)
    {
        _book.Learn(_chain.Open(PaymentRig.Id(id), PaymentRig.Sender, PaymentRig.Signer, PaymentRig.Group, 1_000, expiration));
        return _book.Find(PaymentRig.Id(id))!;
    }

    private static SignedTotal Signed(ulong nonce, ulong amount) => new(PaymentRig.Nonce(nonce), amount, new byte[65], 0);

    private static void Serve(Channel channel, ulong amount, ulong nonce = 0, params SignedTotal[] earlier) =>
        channel.Adopt(new ChannelRecord
        {
            Revision = (channel.Record?.Revision ?? 0) + 1,
            Id = channel.Id,
            Nonce = PaymentRig.Nonce(nonce),
            Amount = amount,
            Signature = new byte[65],
            Sender = PaymentRig.Sender,
            Signer = PaymentRig.Signer,
            Earlier = earlier,
        });
}
