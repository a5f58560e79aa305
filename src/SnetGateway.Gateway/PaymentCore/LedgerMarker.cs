using SnetGateway.Gateway.Hosting;
using SnetGateway.Payments.Channels;
using SnetGateway.Storage;

namespace SnetGateway.Gateway.PaymentCore;

/// <summary>
/// Refuses a ledger that knows less than the one that was used last: consumers could pay with the same signatures again (rule 9). For this
/// it keeps a <see cref="LastLedger"/> for each group. A ledger without channels, and one in memory, is not written down: nothing of it can
/// be paid twice.
/// </summary>
/// <param name="options">The configured ledger.</param>
/// <param name="scope">Chain and contract of the ledger.</param>
/// <param name="book">The channels in memory, with their records.</param>
/// <param name="timers">When the files are brought up to date.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed class LedgerMarker(
    LedgerOptions options, LedgerScope scope, ChannelBook book, CommonTimer timers, TimeProvider time,
    ILogger<LedgerMarker> logger)
{
    /// <summary>A kill loses at most this much of what the file says, which then refuses less than it could.</summary>
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(5);

    private readonly IReadOnlyList<string> _folders = LastLedger.Folders(options);
    private readonly LedgerPlace _place = LedgerPlace.Of(options);
    private IReadOnlyCollection<PaymentGroup> _groups = [];
    private (long Channels, long Entries) _saved;
    private bool _isFailing;

    /// <summary>
    /// Throws <see cref="LedgerBehindException"/> when a ledger used before held more. Called once, after all records were read.
    /// </summary>
    public void Check()
    {
        _groups = book.Groups;
        (long channels, long entries) = Count();
        string[] ahead =
            [.. Paths().Where(path => LastLedger.Read(path) is { } last && (last.Channels > channels || last.Entries > entries))];
        if (ahead.Length == 0)
        {
            return;
        }

        LastLedger used = LastLedger.Read(ahead[0])!;
        bool isElsewhere = !used.Ledger.IsSameAs(_place);
        throw new LedgerBehindException(
            $"the ledger ({_place}) holds {channels} channels with {entries} journal entries, but the ledger used last "
            + $"({(isElsewhere ? used.Ledger : "the same place")}) held {used.Channels} with {used.Entries} at {used.At.UtcDateTime:u}: "
            + "consumers could pay with the same signatures again. The gateway did not start. "
            + (isElsewhere
                ? "Copy that ledger here: run `snet-gateway ledger copy` with the options of `serve`. "
                : "Restore its newest copy, or copy another ledger here: `snet-gateway ledger copy --from FILE`. ")
            + "To start without it and accept the loss, run `snet-gateway ledger accept`, which pauses all services until what this ledger "
            + $"holds is claimed, or delete {string.Join(" and ", ahead)}. See docs/stores.md, Changing the store.");
    }

    /// <summary>Keeps the files up to date until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // startup does not wait for the first write
        using PeriodicTimer timer = timers.Every(s_period, mayBlock: true);
        try
        {
            do
            {
                Save();
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException)
        {
            Save(); // the figures at shutdown
        }
    }

    private void Save()
    {
        (long Channels, long Entries) now = Count();
        if (now == _saved || now.Channels == 0 || options.Store == "memory")
        {
            return;
        }

        try
        {
            Directory.CreateDirectory(_folders[0]);
            foreach (string folder in _folders.Where(Directory.Exists))
            {
                foreach (PaymentGroup group in _groups)
                {
                    new LastLedger(
                        scope.ChainId, scope.Escrow.ToString(), group.Id.ToString(), _place, now.Channels, now.Entries, time.GetUtcNow())
                        .Write(Path.Combine(folder, LastLedger.FileName(scope, group)));
                }
            }

            (_saved, _isFailing) = (now, false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException
            or ArgumentOutOfRangeException) // the last: the file would exceed a size limit
        {
            if (!_isFailing)
            {
                PaymentEventLog.LastLedgerNotSaved(logger, exception.Message);
            }

            _isFailing = true;
        }
    }

    private IEnumerable<string> Paths() =>
        _folders.SelectMany(folder => _groups.Select(group => Path.Combine(folder, LastLedger.FileName(scope, group))));

    private (long Channels, long Entries) Count()
    {
        (long channels, long entries) = (0, 0);
        foreach (Channel channel in book.All)
        {
            if (channel.Record is { } record)
            {
                channels++;
                entries += record.Sequence;
            }
        }

        return (channels, entries);
    }
}
