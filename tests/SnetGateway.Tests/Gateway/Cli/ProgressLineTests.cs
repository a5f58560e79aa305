using SnetGateway.Gateway.Cli;
using SnetGateway.Payments.Records;
using SnetGateway.Storage.Memory;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Gateway.Cli;

/// <summary>The line that shows how far a command is.</summary>
public sealed class ProgressLineTests : IDisposable
{
    private const string EraseLine = "\u001b[2K", ShowCursor = "\u001b[?25h";

    private readonly TestTimeProvider _time = new();
    private readonly StringWriter _error = new();

    private Terminal Shown => new(TextReader.Null, TextWriter.Null, _error) { ShowsProgress = true, Width = 80 };

    public void Dispose() => _error.Dispose();

    [Fact]
    public async Task WorkOfASecond_IsShown_AndRemovedAtTheEnd()
    {
        var work = new WorkDone("Verifying", "records");
        work.AddToAll(5_000);
        work.Add(1_200);
        work.AddEntry();
        await using var line = ProgressLine.Start(Shown, work, _time);
        await DrawAsync(TimeSpan.FromSeconds(1));
        work.Add(1);
        await DrawAsync(TimeSpan.FromMilliseconds(100));
        await line.EndAsync();

        string written = _error.ToString();
        Assert.Contains("Verifying: 1,200 of 5,000 records, 1 entries", written, StringComparison.Ordinal);
        Assert.Contains("Verifying: 1,201 of 5,000 records, 1 entries", written, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', written);
        Assert.Contains(EraseLine, written[written.LastIndexOf("Verifying", StringComparison.Ordinal)..], StringComparison.Ordinal);
        Assert.EndsWith(ShowCursor, written, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AllUnknown_HasACountAndTheTime()
    {
        var work = new WorkDone("Reading", "records");
        work.Add(7);
        await using (ProgressLine.Start(Shown, work, _time))
        {
            await DrawAsync(TimeSpan.FromSeconds(1));
        }

        Assert.Contains("Reading: 7 records", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("00:00:00", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WorkOfLessThanASecond_NothingIsWritten()
    {
        await using (ProgressLine.Start(Shown, new WorkDone("Reading", "records"), _time))
        {
            await _time.WhenArmedAsync();
            _time.Advance(TimeSpan.FromMilliseconds(999));
        }

        Assert.Empty(_error.ToString());
    }

    [Fact]
    public async Task NoTerminal_NothingIsWritten_AndNothingIsCounted()
    {
        Terminal pipe = Shown with { ShowsProgress = false };
        await using (ProgressLine.Start(pipe, new WorkDone("Reading", "records"), _time))
        {
            Assert.Equal(0, _time.Armed);
        }

        await using var store = new MemoryRecordStore();
        await using var progress = LedgerProgress.Start(pipe, "Reading");
        Assert.Same(store, await progress.CountAllAsync(store, passes: 1, default));
        await using var stream = LedgerProgress.OfStream(Shown with { IsOutputSeen = true }, "Exporting");
        Assert.Same(store, await stream.CountAllAsync(store, passes: 1, default));
        Assert.Empty(_error.ToString());
    }

    [Fact]
    public async Task CountedStore_CountsRecordsOfTheLedger_WhenTheyWereUsed()
    {
        await using var store = new MemoryRecordStore();
        foreach (RecordKind kind in (RecordKind[])[RecordKind.PaidChannel, RecordKind.FreeCallCount, RecordKind.Payee])
        {
            await store.CommitAsync(new[] { new RecordWrite(new RecordKey(kind, new byte[] { 1 }), 0, new byte[] { 1 }) }, default);
        }

        var work = new WorkDone("Reading", "records");
        await using var counted = new CountedStore(store, work);
        foreach (RecordKind kind in (RecordKind[])[RecordKind.PaidChannel, RecordKind.FreeCallCount, RecordKind.Payee])
        {
            Assert.Single(await counted.ReadAllAsync(kind, default).ToListAsync());
        }

        Assert.Equal(2, work.Done);
    }

    /// <summary>Lets the time pass, and waits until the line was written and waits again.</summary>
    private async Task DrawAsync(TimeSpan time)
    {
        await _time.WhenArmedAsync();
        _time.Advance(time);
        await _time.WhenArmedAsync();
    }
}
