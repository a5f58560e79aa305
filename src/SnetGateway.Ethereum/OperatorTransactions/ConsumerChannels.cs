using SnetGateway.Ethereum.Abi;
using SnetGateway.Ethereum.Follower;
using SnetGateway.Ethereum.JsonRpc;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.OperatorTransactions;

/// <summary>
/// Channels from a consumer's side: opens, extends and fills them, and takes expired funds back. Tokens that the contract lacks are given
/// to it first, by `approve` and `deposit`.
/// </summary>
/// <param name="sender">Sends the transactions; the consumer's key.</param>
/// <param name="escrow">The escrow contract.</param>
public sealed class ConsumerChannels(TransactionSender sender, Address escrow)
{
    /// <summary>Opens a channel.</summary>
    /// <param name="signer">The address that may sign in addition to the sender.</param>
    /// <param name="recipient">The payment address of the group.</param>
    /// <param name="groupId">The group.</param>
    /// <param name="cogs">The funds.</param>
    /// <param name="expiration">The block from which the sender may take them back.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The channel's id.</returns>
    /// <exception cref="TransactionException">It was not opened.</exception>
    public async ValueTask<ChannelId> OpenAsync(
        Address signer, Address recipient, Bytes32 groupId, UInt256 cogs, UInt256 expiration, CancellationToken cancellationToken)
    {
        await DepositAsync(cogs, cancellationToken);
        MinedTransaction mined = await sender.SendAsync(
            escrow, EscrowTransactions.Open(signer, recipient, groupId, cogs, expiration), cancellationToken);
        foreach (LogEntry log in mined.Logs.Where(log => log.Source == escrow))
        {
            if (EscrowEvents.TryDecode(log.Topics, log.Data.Span, out EscrowEvent? decoded) && decoded is ChannelOpened opened)
            {
                return opened.Channel;
            }
        }

        throw new TransactionException($"the transaction {mined.Hash} opened no channel: is {escrow} the escrow contract?");
    }

    /// <summary>Moves the expiration of a channel to a later block.</summary>
    /// <exception cref="TransactionException">It was not extended.</exception>
    public ValueTask<MinedTransaction> ExtendAsync(ChannelId channel, UInt256 expiration, CancellationToken cancellationToken) =>
        sender.SendAsync(escrow, EscrowTransactions.Extend(channel, expiration), cancellationToken);

    /// <summary>Adds funds to a channel, which anyone may do.</summary>
    /// <exception cref="TransactionException">They were not added.</exception>
    public async ValueTask<MinedTransaction> AddFundsAsync(ChannelId channel, UInt256 cogs, CancellationToken cancellationToken)
    {
        await DepositAsync(cogs, cancellationToken);
        return await sender.SendAsync(escrow, EscrowTransactions.AddFunds(channel, cogs), cancellationToken);
    }

    /// <summary>Takes the funds of an expired channel back.</summary>
    /// <exception cref="TransactionException">They were not taken, for instance because the channel has not expired.</exception>
    public ValueTask<MinedTransaction> WithdrawAsync(ChannelId channel, CancellationToken cancellationToken) =>
        sender.SendAsync(escrow, EscrowTransactions.Withdraw(channel), cancellationToken);

    /// <summary>The channels that the sender opened from a block on, as they are now.</summary>
    /// <param name="fromBlock">The first block.</param>
    /// <param name="searched">Gets the number of blocks of each range that was searched.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="TransactionException">They cannot be read, for instance because the node takes few blocks at a time.</exception>
    public async ValueTask<IReadOnlyList<ChannelReading>> ListAsync(
        ulong fromBlock, Action<ulong> searched, CancellationToken cancellationToken)
    {
        try
        {
            return await sender.QueryAsync((node, token) => ListAsync(node, fromBlock, searched, token), cancellationToken);
        }
        catch (RangesTooSmallException exception)
        {
            throw new TransactionException($"the node takes too few blocks at a time, begin at a later one: {exception.Message}");
        }
    }

    /// <summary>The number of the newest block.</summary>
    /// <exception cref="TransactionException">It cannot be read.</exception>
    public ValueTask<ulong> BlockNumberAsync(CancellationToken cancellationToken) =>
        sender.QueryAsync((node, token) => node.BlockNumberAsync(token), cancellationToken);

    private async ValueTask<IReadOnlyList<ChannelReading>> ListAsync(
        JsonRpcEndpoint node, ulong fromBlock, Action<ulong> searched, CancellationToken cancellationToken)
    {
        byte[] topic = [.. new byte[Bytes32.Size - Address.Size], .. sender.Sender.ToBytes()];
        var filter = new LogFilter([escrow], [EscrowEvents.ChannelOpen], new Bytes32(topic));
        BlockHeader head = await node.LatestBlockAsync(cancellationToken);
        ulong blocks = fromBlock > head.Number ? 1 : head.Number - fromBlock + 1;
        var ids = new List<ChannelId>();
        ulong next = fromBlock;
        await foreach (LogRange range in node.LogRangesAsync(filter, fromBlock, head.Number, blocks, cancellationToken))
        {
            foreach (LogEntry log in range.Logs)
            {
                if (EscrowEvents.TryDecode(log.Topics, log.Data.Span, out EscrowEvent? opened))
                {
                    ids.Add(opened.Channel);
                }
            }

            searched(range.Last.Number + 1 - next);
            next = range.Last.Number + 1;
        }

        var at = new ChainBlock(head.Number, head.Hash, default);
        var channels = new List<ChannelReading>(ids.Count);
        foreach (ChannelId[] batch in ids.Chunk(ReadQueue.MaxBatch))
        {
            List<ChannelReading?> readings = await node.ChannelsAsync(escrow, batch, at, static () => { }, cancellationToken);
            channels.AddRange(readings.OfType<ChannelReading>());
        }

        return channels;
    }

    /// <summary>Gives the contract the tokens that it lacks.</summary>
    private async ValueTask DepositAsync(UInt256 cogs, CancellationToken cancellationToken)
    {
        UInt256 deposited = await ReadNumberAsync(escrow, EscrowTransactions.Balance(sender.Sender), cancellationToken);
        if (deposited >= cogs)
        {
            return;
        }

        UInt256 missing = cogs.SaturatingSubtract(deposited);
        if (!EscrowCalls.TryReadToken(await sender.CallAsync(escrow, EscrowCalls.Token(), cancellationToken), out Address token))
        {
            throw new TransactionException($"{escrow} does not answer as the escrow contract does");
        }

        UInt256 owned = await ReadNumberAsync(token, EscrowCalls.BalanceOf(sender.Sender), cancellationToken);
        if (owned < missing)
        {
            throw new TransactionException(
                $"{sender.Sender} has {owned} cogs in its wallet and {deposited} deposited, and {cogs} are needed");
        }

        if (await ReadNumberAsync(token, EscrowTransactions.Allowance(sender.Sender, escrow), cancellationToken) < missing)
        {
            await sender.SendAsync(token, EscrowTransactions.Approve(escrow, missing), cancellationToken);
        }

        await sender.SendAsync(escrow, EscrowTransactions.Deposit(missing), cancellationToken);
    }

    private async ValueTask<UInt256> ReadNumberAsync(Address contract, byte[] call, CancellationToken cancellationToken) =>
        EscrowCalls.TryReadBalance(await sender.CallAsync(contract, call, cancellationToken), out UInt256 number)
            ? number
            : throw new TransactionException($"{contract} does not answer with a number");
}
