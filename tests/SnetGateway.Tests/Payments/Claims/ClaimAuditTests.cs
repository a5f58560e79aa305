using SnetGateway.Payments.Claims;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Payments;
using Xunit;

namespace SnetGateway.Tests.Payments.Claims;

/// <summary>A claim of more than this ledger ever saw signed was made from another ledger (rule 9).</summary>
public sealed class ClaimAuditTests
{
    [Theory]
    [InlineData(1UL, 30UL, null)] // the total of this nonce
    [InlineData(1UL, 20UL, null)] // an older total of it
    [InlineData(1UL, 31UL, "mismatch 1 30 31")]
    [InlineData(2UL, 1UL, "mismatch 1 0 1")] // a nonce that was never signed here
    [InlineData(2UL, 0UL, null)] // the sender's time-out takes nothing
    [InlineData(0UL, 9UL, null)] // no claim leads to nonce 0
    [Rule(9)]
    public async Task Claim_AgainstTheRecord(ulong newNonce, ulong planned, string? line)
    {
        PaymentRig rig = new PaymentRig().Known();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(20), 20));
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(30), 10));
        new ClaimAudit(rig.Book, rig.Ledger, rig.Events).Seen(PaymentRig.One, PaymentRig.Nonce(newNonce), planned);
        Assert.Equal(line is null ? [] : [line], rig.Events.Lines);
    }

    [Theory]
    [InlineData(30UL, null)]
    [InlineData(31UL, "mismatch 1 30 31")]
    [Rule(9)]
    public async Task Claim_OfAnEarlierNonce_AgainstWhatIsKeptOfIt(ulong planned, string? line)
    {
        PaymentRig rig = new PaymentRig().Known();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(30), 30));
        rig.Chain.Claim(PaymentRig.One, 30);
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(5, 1), 5));
        new ClaimAudit(rig.Book, rig.Ledger, rig.Events).Seen(PaymentRig.One, PaymentRig.Nonce(1), planned);
        Assert.Equal(line is null ? [] : [line], rig.Events.Lines);
    }

    [Fact]
    [Rule(9)]
    public void Claim_OfAChannelThatNeverPaidHere_IsFromAnotherLedger()
    {
        PaymentRig rig = new PaymentRig().Known();
        new ClaimAudit(rig.Book, rig.Ledger, rig.Events).Seen(PaymentRig.One, PaymentRig.Nonce(1), 5);
        Assert.Equal(["mismatch 1 0 5"], rig.Events.Lines);
    }

    [Fact]
    public void Claim_OfAChannelThatIsNotOurs_IsNothing()
    {
        PaymentRig rig = new PaymentRig().Known();
        new ClaimAudit(rig.Book, rig.Ledger, rig.Events).Seen(PaymentRig.Id(2), PaymentRig.Nonce(1), UInt256.MaxValue);
        Assert.Empty(rig.Events.Lines);
    }

    [Theory]
    [InlineData(30UL, null)]
    [InlineData(31UL, "mismatch 1 30 31")]
    [Rule(9)]
    public async Task Claim_OfWhatAnotherReplicaSettled_IsHeldToTheSharedRecord(ulong planned, string? line)
    {
        PaymentRig rig = new PaymentRig(new ScriptedStore { IsShared = true }).Known();
        PaymentRig other = new PaymentRig(rig.Store).Known();
        Assert.Null(await other.PayAsync(PaymentRig.Pay(30), 30));
        new ClaimAudit(rig.Book, rig.Ledger, rig.Events).Seen(PaymentRig.One, PaymentRig.Nonce(1), planned);
        Assert.Equal(line is null ? [] : [line], rig.Events.Lines);
    }

    [Theory]
    [InlineData(20UL, null)]
    [InlineData(21UL, "mismatch 1 20 21")]
    public async Task Claim_WhenTheRecordIsDamagedOrNewer_IsHeldToWhatIsKnownHere(ulong planned, string? line)
    {
        PaymentRig rig = new PaymentRig(new ScriptedStore { IsShared = true }).Known();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(20), 20));
        rig.Store.Overwrite(rig.Channel.Key, new byte[] { 99 });
        new ClaimAudit(rig.Book, rig.Ledger, rig.Events).Seen(PaymentRig.One, PaymentRig.Nonce(1), planned);
        Assert.Equal(line is null ? [] : [line], rig.Events.Lines);
    }

    [Fact]
    public async Task Claim_WhenTheStoreGivesNoAnswer_IsHeldToWhatIsKnownHere()
    {
        PaymentRig rig = new PaymentRig(new ScriptedStore { IsShared = true }).Known();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(20), 20));
        rig.Store.FailingReads = 1;
        new ClaimAudit(rig.Book, rig.Ledger, rig.Events).Seen(PaymentRig.One, PaymentRig.Nonce(1), 21);
        Assert.Equal(["mismatch 1 20 21"], rig.Events.Lines);
    }
}
