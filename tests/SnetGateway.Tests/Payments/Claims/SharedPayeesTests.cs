using SnetGateway.Payments.Claims.Sending;
using Xunit;

namespace SnetGateway.Tests.Payments.Claims;

/// <summary>Gateways of one process that claim for one account.</summary>
public sealed class SharedPayeesTests
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.UnixEpoch;

    private readonly SharedPayees _payees = new();

    [Fact]
    public void OneGateway_IsNeverHeldUp()
    {
        PayeeShare only = _payees.Join(1, PaymentRig.Recipient);

        Assert.True(only.TryBegin(s_now));
        only.End(isIdle: false);
        Assert.True(only.TryBegin(s_now));
    }

    [Fact]
    public void Gateway_MakesNoTransactions_WhileAnotherHasSome()
    {
        (PayeeShare one, PayeeShare other) = Join();
        Assert.True(one.TryBegin(s_now));
        Assert.False(other.TryBegin(s_now)); // the other one is in a round
        other.End(isIdle: true);

        one.End(isIdle: false);
        Assert.False(other.TryBegin(s_now)); // its transaction is not mined
        Assert.True(one.TryBegin(s_now));
        one.End(isIdle: true);

        Assert.True(other.TryBegin(s_now));
        Assert.False(one.TryBegin(s_now));
    }

    [Fact]
    public void Gateway_WhoseOtherWasInNoRoundYet_Waits()
    {
        PayeeShare one = _payees.Join(1, PaymentRig.Recipient), other = _payees.Join(1, PaymentRig.Recipient);

        Assert.False(one.TryBegin(s_now)); // it may have transactions from before a restart
        Assert.False(other.TryBegin(s_now));
        other.End(isIdle: true);
        Assert.True(one.TryBegin(s_now));
    }

    [Fact]
    public void Gateway_ThatWaitedLong_GoesOn()
    {
        (PayeeShare one, PayeeShare other) = Join();
        one.End(isIdle: false);

        Assert.False(other.TryBegin(s_now));
        Assert.False(other.TryBegin(s_now + PayeeShare.MaxWait - TimeSpan.FromSeconds(1)));
        Assert.True(other.TryBegin(s_now + PayeeShare.MaxWait));
    }

    [Fact]
    public void OtherChainsAndAccounts_DoNotMatter()
    {
        PayeeShare one = _payees.Join(1, PaymentRig.Recipient);
        _payees.Join(11_155_111, PaymentRig.Recipient);
        _payees.Join(1, PaymentRig.Sender);

        Assert.True(one.TryBegin(s_now));
    }

    [Fact]
    public void BeforeAllHaveStarted_NoneMakesTransactions()
    {
        var payees = new SharedPayees(isOpen: false);
        PayeeShare one = payees.Join(1, PaymentRig.Recipient);
        Assert.False(one.TryBegin(s_now));

        payees.Open();
        Assert.True(one.TryBegin(s_now));
    }

    /// <summary>Two that were in a round.</summary>
    private (PayeeShare One, PayeeShare Other) Join()
    {
        PayeeShare one = _payees.Join(1, PaymentRig.Recipient), other = _payees.Join(1, PaymentRig.Recipient);
        one.End(isIdle: true);
        other.End(isIdle: true);
        return (one, other);
    }
}
