using SnetGateway.Benchmarks.Payments;
using SnetGateway.TestKit.Market;

namespace SnetGateway.Benchmarks.Market;

/// <summary>
/// The chain of a run: a local node with the real contracts, a channel for each client, and the relay that counts what it is asked.
/// </summary>
internal sealed class LoadMarket : IAsyncDisposable
{
    /// <summary>Far more cogs than a run can spend.</summary>
    private const long ChannelValue = 1_000_000_000_000;

    /// <summary>Enough for every read: they are at the newest blocks. With all, each block takes longer than the one before.</summary>
    private const int KeepStates = 256;

    private readonly DevChain _chain;
    private readonly CountingRelay _relay;

    private LoadMarket(DevChain chain, CountingRelay relay, PaidChannel[] channels)
    {
        _chain = chain;
        _relay = relay;
        Channels = channels;
    }

    /// <summary>One channel for each client, opened for this run.</summary>
    public PaidChannel[] Channels { get; }

    public ChainState State => _chain.State;

    public CountingRelay Relay => _relay;

    /// <summary>The number of the newest block.</summary>
    public Task<ulong> BlockAsync() => _chain.GetBlockNumberAsync();

    /// <summary>Adds empty blocks.</summary>
    public async Task AppendBlocksAsync(int blocks)
    {
        const int AtOnce = 20_000; // a command must respond within half a minute
        for (int left = blocks; left > 0; left -= AtOnce)
        {
            _ = await _chain.AppendBlocksAsync(Math.Min(left, AtOnce));
        }
    }

    /// <summary>The 20 bytes of the escrow contract's address.</summary>
    public byte[] Escrow => Convert.FromHexString(State.MultiPartyEscrow.AsSpan(2));

    /// <summary>Starts the node and opens the channels. A block comes every few seconds, as on a real chain.</summary>
    /// <param name="channels">How many.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="mining">How blocks come when the channels are open, as <see cref="DevChain.SetMiningAsync"/> takes it.</param>
    public static async Task<LoadMarket> StartAsync(int channels, CancellationToken cancellationToken, string? mining = null)
    {
        DevChain chain = await DevChain.StartAsync(new DevChainOptions
        {
            OpenChannels = false,
            Mining = "mixed:3",
            KeepStates = KeepStates,
        });
        try
        {
            byte[] key = Convert.FromHexString(chain.State.Accounts["signer"].PrivateKey.AsSpan(2));
            ChainChannel first = await chain.OpenChannelAsync(ChannelValue);
            ChainChannel[] opened = [first, .. await StoredChannels.CopyAsync(chain.State, first, channels - 1, cancellationToken)];
            if (mining is not null)
            {
                await chain.SetMiningAsync(mining);
            }

            return new LoadMarket(
                chain,
                await CountingRelay.StartAsync(chain.State.RpcUrl, cancellationToken),
                [.. opened.Select(channel => new PaidChannel((ulong)channel.Id, (ulong)channel.Nonce, key))]);
        }
        catch
        {
            await chain.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _relay.DisposeAsync();
        await _chain.DisposeAsync();
    }
}
