using SnetGateway.Payments.Records;

namespace SnetGateway.Gateway.Cli;

/// <summary>Shows how far a command is with reading a ledger (<see cref="ProgressLine"/>).</summary>
internal sealed class LedgerProgress : IAsyncDisposable
{
    private readonly WorkDone _work;
    private readonly bool _isShown;
    private readonly ProgressLine _line;

    private LedgerProgress(Terminal terminal, string what)
    {
        _work = new WorkDone(what, "records");
        _isShown = terminal.ShowsProgress;
        _line = ProgressLine.Start(terminal, _work, TimeProvider.System);
    }

    public static LedgerProgress Start(Terminal terminal, string what) => new(terminal, what);

    /// <summary>Of a command that writes results while it reads: where they are seen, they show by themselves how far it is.</summary>
    public static LedgerProgress OfStream(Terminal terminal, string what) =>
        new(terminal with { ShowsProgress = terminal.ShowsProgress && !terminal.IsOutputSeen }, what);

    /// <summary>The store through which the command reads.</summary>
    public IRecordStore Count(IRecordStore store) => _isShown ? new CountedStore(store, _work) : store;

    /// <summary>
    /// The same where it is worth to know how many records there are, because the journal of each is read: only where that is shown, they
    /// are counted first. Throws <see cref="StoreUnavailableException"/>.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="passes">How many times the command reads all of its records.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async ValueTask<IRecordStore> CountAllAsync(IRecordStore store, int passes, CancellationToken cancellationToken)
    {
        foreach (RecordKind kind in _isShown ? CountedStore.Kinds : [])
        {
            _work.AddToAll(passes * await store.ReadAllAsync(kind, cancellationToken).LongCountAsync(cancellationToken));
        }

        return Count(store);
    }

    public ValueTask EndAsync() => _line.EndAsync();

    public ValueTask DisposeAsync() => EndAsync();
}
