using Microsoft.Extensions.Logging;
using SnetGateway.Payments.Records;
using SnetGateway.Storage.Journal;
using StackExchange.Redis;

namespace SnetGateway.Storage.Redis;

/// <summary>
/// Commits by one script call each, pipelined on one connection, so that commits in flight at the same time share a sync.
/// </summary>
internal sealed class RedisWriter(
    RedisServer server, RedisKeys keys, LocalJournal journal, LedgerOptions options, StorageMetrics metrics, ILogger logger,
    TimeProvider time)
    : IAsyncDisposable
{
    /// <summary>A write is sent only when at least this fraction of its time limit is left (one tenth).</summary>
    private const int MinTimeLeftDivisor = 10;

    private static readonly TimeSpan s_drainPoll = TimeSpan.FromMilliseconds(2);

    private readonly FailureLog _failures = new(logger.NotWritable, logger.RedisWritable);
    private readonly TimeSpan _limit = options.CommitTimeout;
    private volatile string _reason = "";
    private int _waiting;
    private int _closed;

    /// <summary>The error of the last commit that failed.</summary>
    public string LastError => _reason;

    /// <param name="writes">The records to write; empty for a probe.</param>
    /// <param name="cancellationToken">Ends it before it begins; later it has no effect.</param>
    public async ValueTask<CommitResult> CommitAsync(ReadOnlyMemory<RecordWrite> writes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        long start = time.GetTimestamp();
        int waiting = Interlocked.Increment(ref _waiting);
        try
        {
            CommitResult result =
                Volatile.Read(ref _closed) != 0 ? NotWritten("the ledger is closed")
                : waiting > options.MaxQueued ? NotWritten("too many writes are waiting")
                : await WriteAsync(writes, start);
            if (result.Outcome == CommitOutcome.Committed)
            {
                journal.Append(writes.Span);
                _failures.Succeeded();
            }

            if (metrics.WantsDurations)
            {
                metrics.Commit(result.Outcome, time.GetElapsedTime(start));
            }

            return result;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>Rejects new writes, and waits for those in flight, at most for the time limit of a write.</summary>
    public async ValueTask DisposeAsync()
    {
        Volatile.Write(ref _closed, 1);
        long start = time.GetTimestamp();
        using var poll = new PeriodicTimer(s_drainPoll, time);
        while (Volatile.Read(ref _waiting) > 0 && time.GetElapsedTime(start) < _limit)
        {
            await poll.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    /// <summary>One time limit, counted from <paramref name="start"/>, holds for all steps of a commit.</summary>
    private async ValueTask<CommitResult> WriteAsync(ReadOnlyMemory<RecordWrite> writes, long start)
    {
        if (journal.KeepReplaced(writes.Span) is > 0 and var batch)
        {
            await journal.WrittenAsync(batch);
        }

        RedisKey[] scriptKeys = Keys(writes.Span);
        for (bool isRepeated = false; ; isRepeated = true)
        {
            byte[] hash;
            try
            {
                hash = await server.TrustedAsync(TimeLeft(start));
            }
            catch (Exception exception) when (RedisReplies.IsClientFailure(exception)
                || exception is StoreUnavailableException or LedgerFormatException)
            {
                return NotWritten(exception.Message);
            }

            if (!server.IsConnected)
            {
                return NotWritten("Redis is not connected"); // checked before anything is sent
            }

            TimeSpan left = TimeLeft(start);
            if (left < _limit / MinTimeLeftDivisor)
            {
                return NotWritten("the check of the server used up the time of the write"); // sent now, its outcome would likely be unknown
            }

            try
            {
                RedisResult result = await server.Database
                    .ScriptEvaluateAsync(hash, scriptKeys, Arguments(writes.Span), CommandFlags.NoRedirect)
                    .WaitAsync(left, time);
                return Evaluate(result, isProbe: writes.IsEmpty);
            }
            catch (RedisServerException exception) when (RedisReplies.IsUnknownScript(exception) && !isRepeated)
            {
                server.Distrust(hash); // it restarted: its settings are checked, and then this is written
            }
            catch (RedisServerException exception) when (RedisReplies.IsRefusal(exception))
            {
                return NotWritten(exception.Message);
            }
            catch (Exception exception) when (RedisReplies.IsClientFailure(exception))
            {
                NoteFailure(exception.Message);
                return new CommitResult(CommitOutcome.Unknown, 0);
            }
        }
    }

    private TimeSpan TimeLeft(long start)
    {
        TimeSpan left = _limit - time.GetElapsedTime(start);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private CommitResult Evaluate(RedisResult response, bool isProbe)
    {
        long code = (long)response[0];
        string detail = (string?)response[1] ?? "";
        switch (code)
        {
            case > 0:
                if (!isProbe) // a probe returns 1, which is not a revision
                {
                    server.NoteRevision(code);
                }

                return new CommitResult(CommitOutcome.Committed, code);
            case 0:
                return new CommitResult(CommitOutcome.Conflict, 0);
            case RedisScripts.FormatRefused:
                return NotWritten(
                    $"only gateways of format {(detail.Length == 0 ? "(none)" : detail)} may write, and this one writes format "
                    + $"{RedisScripts.Format}");
            case RedisScripts.OtherLedger:
                return NotWritten(
                    server.OtherLedger($"it is at revision {detail}, and this gateway has read revision {server.NewestRevision}").Message);
            default:
                return NotWritten(detail);
        }
    }

    private RedisKey[] Keys(ReadOnlySpan<RecordWrite> writes)
    {
        var result = new RedisKey[5 + writes.Length];
        (result[0], result[1], result[2], result[3], result[4]) = (keys.Format, keys.Ledger, keys.Revision, keys.Changes, keys.Probe);
        for (int i = 0; i < writes.Length; i++)
        {
            result[5 + i] = keys.Of(writes[i].Key);
        }

        return result;
    }

    private RedisValue[] Arguments(ReadOnlySpan<RecordWrite> writes)
    {
        var arguments = new RedisValue[4 + (3 * writes.Length)];
        (arguments[0], arguments[1], arguments[2], arguments[3]) = (RedisScripts.Format, server.LedgerId, server.NewestRevision, keys.Wake);
        for (int i = 0; i < writes.Length; i++)
        {
            ref readonly RecordWrite write = ref writes[i];
            arguments[4 + (3 * i)] = RedisKeys.Expected(write.ExpectedRevision);
            arguments[5 + (3 * i)] = RedisKeys.Member(write.Key);
            arguments[6 + (3 * i)] = write.Value.ToArray();
        }

        return arguments;
    }

    private CommitResult NotWritten(string reason)
    {
        NoteFailure(reason);
        return new CommitResult(CommitOutcome.NotWritten, 0);
    }

    private void NoteFailure(string reason)
    {
        _reason = reason;
        if (Volatile.Read(ref _closed) == 0)
        {
            _failures.Failed(reason);
        }
    }
}
