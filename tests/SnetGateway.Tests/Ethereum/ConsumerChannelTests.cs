using SnetGateway.Ethereum.OperatorTransactions;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Values;
using Xunit;

namespace SnetGateway.Tests.Ethereum;

/// <summary>A consumer's list of channels, from nodes with limits.</summary>
public sealed class ConsumerChannelTests : IDisposable
{
    private static readonly Address s_other = Address.Parse("0x2222222222222222222222222222222222222222");

    private readonly ScriptedChain _chain = new();
    private readonly TransactionSender _sender;
    private readonly ConsumerChannels _channels;

    public ConsumerChannelTests()
    {
        var key = PrivateKey.Parse(new string('1', 64));
        _sender = new TransactionSender(new Uri("http://a.test"), 1, key, TimeProvider.System, _chain);
        _channels = new ConsumerChannels(_sender, ScriptedChain.Escrow);
    }

    public void Dispose()
    {
        _sender.Dispose();
        _chain.Dispose();
    }

    [Fact]
    public async Task List_NodeRefusesLongRangesAndLargeBatches_BothAreHalved_AndOnlyOwnChannelsAreListed()
    {
        _chain.Host("a.test").MaxLogRange = 100;
        _chain.Host("a.test").MaxBatch = 60;
        for (ulong id = 0; id < 250; id++)
        {
            _chain.Mine(block => block.Open(id, id % 2 == 0 ? _sender.Sender : s_other, s_other, default, 100 + id));
        }

        _chain.MineEmpty(200);
        _chain.Mine(block => block.Claim(4, 4, 4));
        ulong searched = 0;
        IReadOnlyList<ChannelReading> all = await _channels.ListAsync(0, blocks => searched += blocks, CancellationToken.None);
        Assert.Equal(_chain.HeadNumber + 1, searched);
        Assert.Equal(Enumerable.Range(0, 125).Select(index => new ChannelId(2 * (ulong)index)), all.Select(one => one.Id));
        Assert.Equal((100UL, 1UL), (all[2].Value.ToUInt64Saturating(), all[2].Nonce.Value.ToUInt64Saturating()));
        Assert.InRange(_chain.Count("eth_getLogs"), 8, 15);
        Assert.InRange(_chain.ChannelRequests, 3, 5); // 125 channels: 100 and 25, and 50 at a time after the first refusal
    }

    [Fact]
    public async Task List_FromALaterBlock_HasLaterChannelsOnly()
    {
        _chain.Mine(block => block.Open(0, _sender.Sender, s_other, default, 1));
        ScriptedChain.Block later = _chain.Mine(block => block.Open(1, _sender.Sender, s_other, default, 1));
        Assert.Equal(new ChannelId(1), Assert.Single(await ListAsync(later.Number)).Id);
        Assert.Empty(await ListAsync(later.Number + 5));
        Assert.Equal(1, _chain.Count("eth_getLogs"));
    }

    [Fact]
    public async Task List_NodeTakesSmallRangesOnly_SaysSo()
    {
        _chain.Host("a.test").MaxLogRange = 1;
        _chain.MineEmpty(1_200);
        TransactionException refused =
            await Assert.ThrowsAsync<TransactionException>(() => ListAsync(0));
        Assert.Equal("the node takes too few blocks at a time, begin at a later one: block range is too wide", refused.Message);
        Assert.InRange(_chain.Count("eth_getLogs"), 1, 20);
    }

    [Fact]
    public async Task List_NodeGivesNoResponse_SaysWhich()
    {
        _chain.Host("a.test").Fault = _ => new HttpResponseMessage(System.Net.HttpStatusCode.BadGateway);
        TransactionException failed =
            await Assert.ThrowsAsync<TransactionException>(() => ListAsync(0));
        Assert.StartsWith("chain endpoint #0 (a.test): ", failed.Message, StringComparison.Ordinal);
    }

    private Task<IReadOnlyList<ChannelReading>> ListAsync(ulong fromBlock) =>
        _channels.ListAsync(fromBlock, static _ => { }, CancellationToken.None).AsTask();
}
