using SnetGateway.TestKit.Market;
using Xunit;

namespace SnetGateway.FunctionalTests.Market;

[Collection(DevChainFixture.Collection)]
[Trait("Needs", "chain")]
public sealed class DevChainTests(DevChainFixture fixture)
{
    private readonly DevChain chain = fixture.Chain;

    [Fact]
    public void Start_Defaults_TellsContractsAccountsAndChannels()
    {
        Assert.Equal(31337ul, chain.State.ChainId);
        Assert.Matches("^0x[0-9a-fA-F]{40}$", chain.State.MultiPartyEscrow);
        Assert.Equal(chain.State.Accounts["signer"].Address, chain.State.Channels["main"].Signer);
        Assert.Equal(32, Convert.FromBase64String(chain.State.GroupIdBase64).Length);
    }

    [Fact]
    public async Task Channel_FundedExtendedAndClaimed_ShowsEachStep()
    {
        var channel = await chain.OpenChannelAsync(1000, expiresIn: 100);

        await chain.AddFundsAsync(channel.Id, 500);
        await chain.ExtendAsync(channel.Id, byBlocks: 50);
        var extended = await chain.GetChannelAsync(channel.Id);
        await chain.ClaimAsync(channel.Id, 200);
        var claimed = await chain.GetChannelAsync(channel.Id);

        Assert.Equal(1500, extended.Value);
        Assert.Equal(channel.Expiration + 50, extended.Expiration);
        Assert.Equal(1300, claimed.Value);
        Assert.Equal(channel.Nonce + 1, claimed.Nonce);
    }

    [Fact]
    public async Task Claim_MoreThanSigned_IsRevertedByTheContract()
    {
        var channel = await chain.OpenChannelAsync(1000);

        var refusal = await Assert.ThrowsAsync<ChainRevertException>(() => chain.ClaimAsync(channel.Id, 11, planned: 10));

        Assert.NotEmpty(refusal.Reason);
    }

    [Fact]
    public async Task ClaimTimeout_AfterExpiration_ReturnsTheFunds()
    {
        var channel = await chain.OpenChannelAsync(1000, expiresIn: 5);

        await Assert.ThrowsAsync<ChainRevertException>(() => chain.ClaimTimeoutAsync(channel.Id));
        await chain.MineAsync(6);
        await chain.ClaimTimeoutAsync(channel.Id);

        Assert.Equal(0, (await chain.GetChannelAsync(channel.Id)).Value);
    }
}
