using System.Text.Json;
using System.Text.Json.Nodes;
using SnetGateway.Ethereum.Abi;
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

    /// <summary>A channel as it is now; null where there is none.</summary>
    /// <exception cref="TransactionException">It cannot be read.</exception>
    public async ValueTask<ChannelReading?> ReadAsync(ChannelId channel, CancellationToken cancellationToken)
    {
        byte[] output = await sender.CallAsync(escrow, EscrowCalls.Channels(channel), cancellationToken);
        return EscrowCalls.TryReadChannel(output, channel, default, out ChannelReading? reading)
            ? reading
            : throw new TransactionException($"{escrow} does not answer as the escrow contract does");
    }

    /// <summary>The channels that the sender opened from a block on.</summary>
    /// <exception cref="TransactionException">They cannot be read, for instance because the node refuses so many blocks.</exception>
    public async ValueTask<IReadOnlyList<ChannelReading>> ListAsync(ulong fromBlock, CancellationToken cancellationToken)
    {
        var filter = new JsonObject
        {
            ["address"] = $"{escrow}",
            ["fromBlock"] = HexText.Quantity(fromBlock),
            ["toBlock"] = "latest",
            ["topics"] = new JsonArray($"{EscrowEvents.ChannelOpen}", $"0x{new string('0', 24)}{sender.Sender.ToString()[2..]}"),
        };
        JsonElement result = await sender.RequestAsync("eth_getLogs", [filter], cancellationToken);
        List<ChannelReading> channels = [];
        foreach (LogEntry log in result.EnumerateArray().Select(EthereumQueries.ReadLog))
        {
            if (EscrowEvents.TryDecode(log.Topics, log.Data.Span, out EscrowEvent? decoded)
                && await ReadAsync(decoded.Channel, cancellationToken) is { } reading)
            {
                channels.Add(reading);
            }
        }

        return channels;
    }

    /// <summary>The number of the newest block.</summary>
    /// <exception cref="TransactionException">It cannot be read.</exception>
    public async ValueTask<ulong> BlockNumberAsync(CancellationToken cancellationToken) =>
        (ulong)await sender.NumberAsync("eth_blockNumber", [], cancellationToken);

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
