using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using SnetGateway.Payments.Records;
using StackExchange.Redis;

namespace SnetGateway.Storage.Redis;

/// <summary>
/// Reads records, their index and their changes. Every method throws <see cref="StoreUnavailableException"/> when Redis cannot be read.
/// </summary>
internal sealed class RedisReader(RedisServer server, RedisKeys keys, TimeSpan limit, ILogger logger, TimeProvider time)
{
    private const int PageLength = 200;

    /// <summary>One record. Throws also when the server holds another or an older ledger than before.</summary>
    public async ValueTask<StoredRecord?> ReadAsync(RecordKey key, CancellationToken cancellationToken)
    {
        (byte[], long) known = server.Known;
        RedisValue[] values = await QueryAsync(
            database => database.StringGetAsync([keys.Of(key), keys.Ledger, keys.Revision]), cancellationToken);
        server.Check(known, values[1], values[2]);
        server.NoteRevision(values[2].IsNull ? 0 : (long)values[2]);
        return values[0].IsNull ? null : RedisKeys.Read(key, values[0]!);
    }

    /// <summary>All records, in the order of their last writes.</summary>
    public async IAsyncEnumerable<StoredRecord> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (RecordKey[] page in ReadNamesAsync(cancellationToken).Chunk(PageLength).WithCancellation(cancellationToken))
        {
            foreach (StoredRecord record in await ReadManyAsync(page, cancellationToken))
            {
                yield return record;
            }
        }
    }

    /// <summary>All records of a kind, in the order of their ids.</summary>
    public async IAsyncEnumerable<StoredRecord> ReadAllAsync(RecordKind kind, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        RecordKey[] names = await ReadNamesAsync(cancellationToken).Where(name => name.Kind == kind).ToArrayAsync(cancellationToken);
        Array.Sort(names, static (left, right) => left.Id.Span.SequenceCompareTo(right.Id.Span));
        foreach (RecordKey[] page in names.Chunk(PageLength))
        {
            foreach (StoredRecord record in await ReadManyAsync(page, cancellationToken))
            {
                yield return record;
            }
        }
    }

    public async Task<long> ReadRevisionAsync(CancellationToken cancellationToken)
    {
        RedisValue revision = await QueryAsync(database => database.StringGetAsync(keys.Revision), cancellationToken);
        return revision.IsNull ? 0 : (long)revision;
    }

    /// <summary>
    /// A page of the records written after a revision, and the revision up to which it is complete. An invalid record is logged and
    /// skipped, so that it does not hold back the others.
    /// </summary>
    public async Task<(IReadOnlyList<StoredRecord> Records, double UpTo)> ReadChangesAsync(
        double? after, CancellationToken cancellationToken)
    {
        if (after is not { } from)
        {
            return ([], await ReadRevisionAsync(cancellationToken));
        }

        SortedSetEntry[] entries = await QueryAsync(
            database => database.SortedSetRangeByScoreWithScoresAsync(keys.Changes, from, exclude: Exclude.Start, take: PageLength),
            cancellationToken);
        if (entries.Length == PageLength)
        {
            // The last commit may continue on the next page.
            entries = [.. entries.TakeWhile(entry => entry.Score < entries[^1].Score)];
        }

        if (entries.Length == 0)
        {
            return ([], from);
        }

        RecordKey[] names = [.. SkipInvalid(entries, static entry => RedisKeys.FromMember(entry.Element!))];
        RedisValue[] values = await ReadValuesAsync(names, cancellationToken);
        return ([.. SkipInvalid(names.Zip(values), static pair => Parse(pair.First, pair.Second))], entries[^1].Score);
    }

    private static StoredRecord Parse(in RecordKey key, RedisValue value) => value.IsNull
        ? throw new LedgerFormatException($"the record {key} is in the ledger's index in Redis, but its value is missing")
        : RedisKeys.Read(key, value!);

    /// <summary>
    /// The names of all records, without duplicates. Records written during the read may come late, or with their new state.
    /// </summary>
    private async IAsyncEnumerable<RecordKey> ReadNamesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        const int Page = 1_000;
        var seen = new HashSet<RecordKey>();
        double from = 0;
        SortedSetEntry[] entries;
        do
        {
            // Begins with the last score again, because the records of one commit share it. A commit writes fewer records than a page.
            double start = from;
            entries = await QueryAsync(
                database => database.SortedSetRangeByScoreWithScoresAsync(keys.Changes, start, take: Page), cancellationToken);
            foreach (SortedSetEntry entry in entries)
            {
                from = entry.Score;
                RecordKey name = RedisKeys.FromMember(entry.Element!);
                if (seen.Add(name))
                {
                    yield return name;
                }
            }
        }
        while (entries.Length == Page);
    }

    private IEnumerable<TOut> SkipInvalid<TIn, TOut>(IEnumerable<TIn> items, Func<TIn, TOut> parse)
    {
        foreach (TIn item in items)
        {
            TOut parsed;
            try
            {
                parsed = parse(item);
            }
            catch (LedgerFormatException exception)
            {
                logger.RedisRecordSkipped(exception.Message);
                continue;
            }

            yield return parsed;
        }
    }

    private async Task<IReadOnlyList<StoredRecord>> ReadManyAsync(RecordKey[] names, CancellationToken cancellationToken)
    {
        RedisValue[] values = await ReadValuesAsync(names, cancellationToken);
        return [.. names.Zip(values, static (key, value) => Parse(key, value))];
    }

    private async Task<RedisValue[]> ReadValuesAsync(RecordKey[] names, CancellationToken cancellationToken) => names.Length == 0
        ? []
        : await QueryAsync(database => database.StringGetAsync([.. names.Select(name => (RedisKey)keys.Of(name))]), cancellationToken);

    private async Task<T> QueryAsync<T>(Func<IDatabaseAsync, Task<T>> query, CancellationToken cancellationToken)
    {
        try
        {
            return await query(server.Database).WaitAsync(limit, time, cancellationToken);
        }
        catch (Exception exception) when (
            RedisReplies.IsClientFailure(exception)
                && !(exception is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            throw RedisReplies.Unreadable(exception);
        }
    }
}
