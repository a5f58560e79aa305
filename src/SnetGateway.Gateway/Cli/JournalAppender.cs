using Microsoft.Extensions.Logging.Abstractions;
using SnetGateway.Payments.Records;
using SnetGateway.Storage;
using SnetGateway.Storage.Journal;

namespace SnetGateway.Gateway.Cli;

/// <summary>Writes copied entries into a gateway's journal folder, never faster than the disk takes them.</summary>
internal sealed class JournalAppender(JournalOptions options, LedgerScope scope, StorageMetrics metrics) : IAsyncDisposable
{
    /// <summary>Far below the journal's own limit, beyond which it drops entries.</summary>
    private const int BytesPerFlush = 1024 * 1024;

    private readonly LocalJournal _journal = new(options, scope, metrics, NullLogger.Instance, TimeProvider.System);
    private int _waiting;

    public async ValueTask AppendAsync(RecordKey key, StoredEntry entry, CancellationToken cancellationToken)
    {
        _journal.Append([new RecordWrite(key, 0, default, entry.Sequence, entry.Entry)]);
        if (Interlocked.Add(ref _waiting, entry.Entry.Length) > BytesPerFlush)
        {
            await FlushAsync(cancellationToken);
        }
    }

    /// <summary>
    /// Returns when everything that was appended is in the journal's files. Throws <see cref="StoreUnavailableException"/> otherwise.
    /// </summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        await _journal.FlushAsync(cancellationToken);
        Interlocked.Exchange(ref _waiting, 0);
        if (_journal.Lost > 0)
        {
            throw new StoreUnavailableException($"the journal in {options.Path} could not be written: check its disk, and copy again");
        }
    }

    public ValueTask DisposeAsync() => _journal.DisposeAsync();
}
