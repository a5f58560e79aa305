using SnetGateway.Ethereum.Abi;
using SnetGateway.Ethereum.JsonRpc;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Follower;

/// <summary>
/// Reads balances of the escrow contract's token in batches, one request after the other and at most five a second, so that unknown callers
/// can neither load the node nor delay reads of channels. A balance is kept for a minute: SDKs ask before every call.
/// </summary>
/// <param name="client">The nodes.</param>
/// <param name="escrow">The escrow contract, which names its token.</param>
/// <param name="heads">The block to read at.</param>
/// <param name="time">The clock.</param>
/// <param name="stopping">Ends everything that waits.</param>
internal sealed class TokenBalances(
    EthereumClient client, Address escrow, HeadReader heads, TimeProvider time, CancellationToken stopping)
{
    /// <summary>Addresses in one request.</summary>
    public const int MaxBatch = 100;

    /// <summary>Addresses that may wait: two seconds' worth of requests. More are not read.</summary>
    public const int MaxWaiting = 1_000;

    /// <summary>Balances kept in memory.</summary>
    public const int MaxKept = 10_000;

    /// <summary>How long a balance is kept.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);

    /// <summary>From the start of one request to the start of the next.</summary>
    public static readonly TimeSpan RequestInterval = TimeSpan.FromMilliseconds(200);

    private readonly Lock _lock = new();
    private readonly Dictionary<Address, (UInt256 Balance, long At)> _kept = [];
    private readonly Dictionary<Address, TaskCompletionSource<UInt256?>> _waiting = [];
    private bool _isRunning;
    private long? _lastStart;
    private Address? _token;

    /// <summary>The balance, or null when it cannot be read or too many callers wait. Throws only when cancelled.</summary>
    public ValueTask<UInt256?> BalanceOfAsync(Address owner, CancellationToken cancellationToken)
    {
        TaskCompletionSource<UInt256?>? result;
        lock (_lock)
        {
            if (_kept.TryGetValue(owner, out (UInt256 Balance, long At) known) && time.GetElapsedTime(known.At) < Kept)
            {
                return new ValueTask<UInt256?>(known.Balance);
            }

            if (!_waiting.TryGetValue(owner, out result))
            {
                if (_waiting.Count >= MaxWaiting)
                {
                    return new ValueTask<UInt256?>((UInt256?)null);
                }

                result = new TaskCompletionSource<UInt256?>(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiting.Add(owner, result);
            }

            if (!_isRunning)
            {
                _isRunning = true;
                _ = RunAsync();
            }
        }

        return new ValueTask<UInt256?>(result.Task.WaitAsync(cancellationToken));
    }

    private async Task RunAsync()
    {
        await Task.Yield(); // must not continue under the caller's lock
        while (TakeBatch() is { Length: > 0 } owners)
        {
            IReadOnlyList<UInt256>? balances = null;
            try
            {
                balances = await ReadAsync(owners);
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                // No endpoint has the data, or shutdown. These callers get no balance, and the next ones try again.
            }

            Complete(owners, balances);
        }
    }

    /// <summary>The addresses of the next request, whose result other callers get too. Empty when no caller waits.</summary>
    private Address[] TakeBatch()
    {
        lock (_lock)
        {
            Address[] owners = [.. _waiting.Keys.Take(MaxBatch)];
            _isRunning = owners.Length > 0;
            return owners;
        }
    }

    private async Task<IReadOnlyList<UInt256>?> ReadAsync(Address[] owners)
    {
        if (_lastStart is { } last && RequestInterval - time.GetElapsedTime(last) is { Ticks: > 0 } pause)
        {
            await Task.Delay(pause, time, stopping);
        }

        _lastStart = time.GetTimestamp();
        if (await heads.RefreshAsync(stopping) != HeadReadResult.Read || heads.View is not { } view)
        {
            return null;
        }

        return await client.QueryAsync(
            async (endpoint, cancellationToken) =>
            {
                Address token = _token ??= EscrowCalls.TryReadToken(
                    await endpoint.CallAsync(escrow, EscrowCalls.Token(), view.Target.Hash, cancellationToken), out Address read)
                    ? read
                    : throw EthereumQueries.Malformed("token()");
                List<byte[]> outputs = await endpoint.CallManyAsync(
                    token, [.. owners.Select(EscrowCalls.BalanceOf)], view.Target.Hash, static () => { }, cancellationToken);
                return outputs.ConvertAll(output => EscrowCalls.TryReadBalance(output, out UInt256 balance)
                    ? balance
                    : throw EthereumQueries.Malformed("balanceOf(address)"));
            },
            stopping);
    }

    private void Complete(Address[] owners, IReadOnlyList<UInt256>? balances)
    {
        long now = time.GetTimestamp();
        lock (_lock)
        {
            if (_kept.Count + owners.Length > MaxKept)
            {
                _kept.Clear(); // rare: each address costs its caller a signature, and a request serves a hundred
            }

            for (int i = 0; i < owners.Length; i++)
            {
                if (balances is not null)
                {
                    _kept[owners[i]] = (balances[i], now);
                }

                _waiting.Remove(owners[i], out TaskCompletionSource<UInt256?>? result);
                result!.SetResult(balances?[i]);
            }
        }
    }
}
