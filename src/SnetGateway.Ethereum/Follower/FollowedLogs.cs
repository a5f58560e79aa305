using Microsoft.Extensions.Logging;
using SnetGateway.Ethereum.Abi;
using SnetGateway.Ethereum.JsonRpc;
using SnetGateway.Ethereum.Registry;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Follower;

/// <summary>
/// Reads the escrow contract's logs, and in the same request those of the Registry contract where it is watched, so that they cost the node
/// no request. A node that refuses both together is asked for the escrow's alone: following it never depends on the Registry.
/// </summary>
internal sealed class FollowedLogs(Address escrow, RegistryWatch registry, TimeProvider time, ILogger logger)
{
    /// <summary>Time until both are tried again: each attempt may cost a node that refuses it a request.</summary>
    private static readonly TimeSpan s_pauseAfterRefusal = TimeSpan.FromMinutes(5);

    private LogFilter _both = new([escrow], []);
    private long? _refusedAt;

    /// <summary>The escrow's events.</summary>
    public LogFilter EscrowOnly { get; } = new([escrow], EscrowEvents.Topics);

    /// <summary>The events to read now.</summary>
    public LogFilter Filter
    {
        get
        {
            bool isPaused = _refusedAt is { } at && time.GetElapsedTime(at) < s_pauseAfterRefusal;
            if (isPaused || registry.Contract is not { } contract || contract == escrow)
            {
                return EscrowOnly;
            }

            if (!_both.Contracts.Contains(contract))
            {
                _both = new LogFilter([escrow, contract], [.. EscrowEvents.Topics, .. RegistryEvents.Topics]);
            }

            return _both;
        }
    }

    /// <summary>Whether the Registry's part of a filter may be what a node refuses, or what makes its response unusable.</summary>
    public static bool IsRefusal(LogFilter filter, Exception exception) => filter.Contracts.Count > 1 && exception switch
    {
        JsonRpcErrorException error => !error.IsRateLimit,
        EndpointException { Fault: var fault } => fault is
            EndpointFault.Malformed or EndpointFault.TooLarge or EndpointFault.HttpStatus or EndpointFault.BatchRefused,
        RangesTooSmallException => true,

        // System.Text.Json throws this for a string with an invalid surrogate pair.
        InvalidOperationException => exception is not ObjectDisposedException,
        _ => false,
    };

    /// <summary>Reads the logs of one block.</summary>
    /// <returns>Those of the escrow, in order.</returns>
    public async ValueTask<IReadOnlyList<LogEntry>> ReadAsync(
        JsonRpcEndpoint endpoint, BlockHeader block, CancellationToken cancellationToken)
    {
        LogFilter filter = Filter;
        try
        {
            IReadOnlyList<LogEntry> both = await endpoint.LogsAsync(filter, block, cancellationToken);
            if (filter.Contracts.Count > 1)
            {
                _refusedAt = null;
                registry.IsRefused = false;
            }

            return Take(both);
        }
        catch (Exception exception) when (IsRefusal(filter, exception))
        {
            // Throws as well if the reason was another one: an endpoint that does not have the block yet.
            IReadOnlyList<LogEntry> logs = await endpoint.LogsAsync(EscrowOnly, block, cancellationToken);
            if (_refusedAt is null)
            {
                ChainLog.RegistryEventsRefused(logger, endpoint.Name, exception.Message);
            }

            _refusedAt = time.GetTimestamp();
            registry.IsRefused = true;
            registry.Missed(block.Number);
            return logs;
        }
    }

    /// <summary>Takes the Registry's logs out.</summary>
    /// <returns>Those of the escrow, in order.</returns>
    public IReadOnlyList<LogEntry> Take(IReadOnlyList<LogEntry> logs)
    {
        if (logs.All(log => log.Source == escrow))
        {
            return logs;
        }

        registry.Seen(logs.Where(log => log.Source != escrow));
        return [.. logs.Where(log => log.Source == escrow)];
    }

    /// <inheritdoc cref="RegistryWatch.Missed"/>
    public void Missed(ulong block) => registry.Missed(block);

    /// <inheritdoc cref="RegistryWatch.Undone"/>
    public void Undone(ulong ancestor) => registry.Undone(ancestor);
}
