using System.Runtime.CompilerServices;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.JsonRpc;

/// <summary>Reads the logs of many blocks by ranges, each of one branch of the chain.</summary>
internal static class LogRanges
{
    /// <summary>What would take more ranges than this, because the node takes small ones only, is not read.</summary>
    private const ulong MaxRanges = 500;

    /// <summary>
    /// The contracts' logs of a stretch of blocks, range after range. A range that the node refuses, for its blocks or its logs, is halved,
    /// and so are those after it. The endpoint's head must be past the last block, or be it.
    /// </summary>
    /// <param name="endpoint">The node.</param>
    /// <param name="filter">Which events of which contracts.</param>
    /// <param name="from">The first block.</param>
    /// <param name="last">The last block.</param>
    /// <param name="blocks">Blocks of the first range, 1 at least.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RangesTooSmallException">The node takes ranges only that are too small.</exception>
    public static async IAsyncEnumerable<LogRange> LogRangesAsync(
        this JsonRpcEndpoint endpoint, LogFilter filter, ulong from, ulong last, ulong blocks,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (from <= last)
        {
            ulong to = Math.Min(last, from + blocks - 1);
            BlockHeader before = await endpoint.BlockAsync(to, cancellationToken) ?? throw EthereumQueries.BlockNotFound();
            IReadOnlyList<LogEntry> logs;
            try
            {
                logs = await endpoint.LogsAsync(filter, from, to, cancellationToken);
            }
            catch (JsonRpcErrorException exception) when (blocks > 1 && !exception.IsRateLimit)
            {
                blocks /= 2; // too many blocks or logs for this node
                if ((last - from) / blocks > MaxRanges)
                {
                    throw new RangesTooSmallException(exception.Message);
                }

                continue;
            }

            // The range is of one branch if its last block is the same before and after the read.
            BlockHeader after = await endpoint.BlockAsync(to, cancellationToken) ?? throw EthereumQueries.BlockNotFound();
            if (before.Hash != after.Hash)
            {
                throw new JsonRpcErrorException(0, "the chain was reorganised while its logs were read");
            }

            yield return new LogRange(after, logs);
            from = to + 1;
        }
    }
}

/// <summary>The logs of some blocks, in order.</summary>
/// <param name="Last">The last of the blocks.</param>
/// <param name="Logs">The logs.</param>
internal readonly record struct LogRange(BlockHeader Last, IReadOnlyList<LogEntry> Logs);

/// <summary>Which events are read.</summary>
/// <param name="Contracts">The contracts, 1 at least. A log of another one is an invalid response.</param>
/// <param name="Topics">Any of these as the first topic.</param>
/// <param name="Second">The second topic, which is the event's first indexed argument; null for any.</param>
internal readonly record struct LogFilter(
    IReadOnlyList<Address> Contracts, IReadOnlyList<Bytes32> Topics, Bytes32? Second = null);

/// <summary>The node refuses ranges of blocks with which its logs could be read in a reasonable number of requests.</summary>
internal sealed class RangesTooSmallException(string message) : Exception(message);
