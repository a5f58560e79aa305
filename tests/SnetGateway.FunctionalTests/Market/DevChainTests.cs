using SnetGateway.TestKit.Market;
using Xunit;

namespace SnetGateway.FunctionalTests.Market;

[Collection(DevChainFixture.Collection)]
[Trait("Needs", "chain")]
public sealed class DevChainTests(DevChainFixture fixture)
{
    private readonly DevChain _chain = fixture.Chain;

    [Fact]
    public void Start_Defaults_TellsContractsAccountsAndChannels()
    {
        Assert.Equal(31337ul, _chain.State.ChainId);
        Assert.Matches("^0x[0-9a-fA-F]{40}$", _chain.State.MultiPartyEscrow);
        Assert.Equal(_chain.State.Accounts["signer"].Address, _chain.State.Channels["main"].Signer);
        Assert.Equal(32, Convert.FromBase64String(_chain.State.GroupIdBase64).Length);
    }

    [Fact]
    public async Task Channel_FundedExtendedAndClaimed_ShowsEachStep()
    {
        ChainChannel channel = await _chain.OpenChannelAsync(1000, expiresIn: 100);

        await _chain.AddFundsAsync(channel.Id, 500);
        await _chain.ExtendAsync(channel.Id, byBlocks: 50);
        ChainChannel extended = await _chain.GetChannelAsync(channel.Id);
        await _chain.ClaimAsync(channel.Id, 200);
        ChainChannel claimed = await _chain.GetChannelAsync(channel.Id);

        Assert.Equal(1500, extended.Value);
        Assert.Equal(channel.Expiration + 50, extended.Expiration);
        Assert.Equal(1300, claimed.Value);
        Assert.Equal(channel.Nonce + 1, claimed.Nonce);
    }

    [Fact]
    public async Task Claim_MoreThanSigned_IsRevertedByTheContract()
    {
        ChainChannel channel = await _chain.OpenChannelAsync(1000);

        ChainRevertException refusal = await Assert.ThrowsAsync<ChainRevertException>(() => _chain.ClaimAsync(channel.Id, 11, planned: 10));

        Assert.NotEmpty(refusal.Reason);
    }

    [Fact]
    public async Task ClaimTimeout_AfterExpiration_ReturnsTheFunds()
    {
        ChainChannel channel = await _chain.OpenChannelAsync(1000, expiresIn: 5);

        await Assert.ThrowsAsync<ChainRevertException>(() => _chain.ClaimTimeoutAsync(channel.Id));
        await _chain.MineAsync(6);
        await _chain.ClaimTimeoutAsync(channel.Id);

        Assert.Equal(0, (await _chain.GetChannelAsync(channel.Id)).Value);
    }
}
