using System.Numerics;
using Nethereum.Contracts.ContractHandlers;
using Nethereum.RPC.Eth.DTOs;
using Nethereum.Web3;
using Nethereum.Web3.Accounts;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit.Market;
using Xunit;

namespace SnetGateway.FunctionalTests.Market;

/// <summary>Transactions signed and sent by Nethereum, accepted by the real contract.</summary>
[Collection(DevChainFixture.Collection)]
[Trait("Needs", "chain")]
public sealed class NethereumTransactionTests(DevChainFixture fixture)
{
    private readonly DevChain _chain = fixture.Chain;

    [Fact]
    public async Task Claim_SentByNethereum_PaysTheProvider()
    {
        ChainChannel channel = await _chain.OpenChannelAsync(1000);

        TransactionReceipt receipt =
            await Claims().SendRequestAndWaitForReceiptAsync(_chain.State.MultiPartyEscrow, Claim(channel, 200, 200));

        ChainChannel claimed = await _chain.GetChannelAsync(channel.Id);
        Assert.Equal(BigInteger.One, receipt.Status.Value);
        Assert.Equal((800, channel.Nonce + 1), ((int)claimed.Value, claimed.Nonce));
    }

    [Fact]
    public async Task Claim_OfMoreThanWasSigned_IsRefusedBeforeItIsSent()
    {
        ChainChannel channel = await _chain.OpenChannelAsync(1000);

        await Assert.ThrowsAnyAsync<Exception>(
            () => Claims().SendRequestAndWaitForReceiptAsync(_chain.State.MultiPartyEscrow, Claim(channel, 11, 10)));

        Assert.Equal(channel.Nonce, (await _chain.GetChannelAsync(channel.Id)).Nonce);
    }

    private IContractTransactionHandler<ChannelClaimFunction> Claims() =>
        new Web3(new Account(_chain.State.Accounts["provider"].PrivateKey, _chain.State.ChainId), _chain.State.RpcUrl.ToString())
            .Eth.GetContractTransactionHandler<ChannelClaimFunction>();

    private ChannelClaimFunction Claim(ChainChannel channel, ulong actual, ulong signed)
    {
        byte[] message = new byte[ClaimMessage.Length];
        ClaimMessage.Write(
            message,
            Address.Parse(_chain.State.MultiPartyEscrow),
            new ChannelId(UInt256.Parse(channel.Id.ToString())),
            new ChannelNonce(UInt256.Parse(channel.Nonce.ToString())),
            signed);
        byte[] signature = PrivateKey.Parse(_chain.State.Accounts["signer"].PrivateKey).SignMessage(message);
        return new ChannelClaimFunction
        {
            ChannelId = channel.Id, ActualAmount = actual, PlannedAmount = signed, R = signature[..32], S = signature[32..64],
            V = signature[64],
        };
    }
}
