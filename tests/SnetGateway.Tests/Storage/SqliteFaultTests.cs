using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using SnetGateway.Payments.Records;
using SnetGateway.Storage;
using SnetGateway.Storage.Sqlite;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Storage;

/// <summary>Writes when the disk is full, hangs, fails to sync or disappears. Each recovers without a restart.</summary>
public sealed class SqliteFaultTests
{
    private static readonly byte[] s_value = [.. Enumerable.Range(0, 700).Select(i => (byte)i)];

    [Fact]
    [Rule(14)]
    public async Task Commit_DiskFull_NotWrittenAndRecovers()
    {
        using var disk = SmallDisk.MountOrSkip(kibibytes: 2048, standIn: nameof(Commit_LogHasNoRoom_NotWritten));

        using var folder = new LedgerFolder();
        LedgerOptions options = folder.Options;
        options.Path = Path.Combine(disk.Folder, "ledger.db");
        await using SqliteRecordStore store = folder.Open(options);
        var acknowledged = new List<(int Channel, long Revision)>();
        CommitResult result;
        int channel = 0;
        while ((result = await store.Write(channel, 0, s_value, 1)).Outcome == CommitOutcome.Committed)
        {
            acknowledged.Add((channel++, result.Revision));
            if (channel == 50)
            {
                disk.Fill();
            }

            Assert.True(channel < 5000);
        }

        Assert.Equal(CommitOutcome.NotWritten, result.Outcome);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.ProbeAsync(CancellationToken.None).AsTask());
        Assert.Null(await store.Read(channel)); // reads continue, and the refused write is not there
        CommitResult[] together = await Task.WhenAll(Enumerable.Range(channel, 64).Select(next => store.Write(next, 0, s_value, 1)));
        Assert.All(together, each => Assert.Equal(CommitOutcome.NotWritten, each.Outcome));

        File.Delete(disk.Ballast);
        acknowledged.Add((channel, await store.MustWrite(channel, 0, s_value, 1)));
        await store.ProbeAsync(CancellationToken.None);
        await store.DisposeAsync();

        await using SqliteRecordStore again = folder.Open(options);
        foreach ((int known, long revision) in acknowledged)
        {
            Assert.Equal(revision, await again.Revision(known));
            Assert.Single(await again.Journal(known));
        }

        Assert.Equal(acknowledged.Count, (await again.ReadAllAsync(RecordKind.PaidChannel, CancellationToken.None).ToArrayAsync()).Length);
    }

    [Fact]
    public async Task Commit_LogHasNoRoom_NotWritten()
    {
        using var folder = new LedgerFolder();
        await using SqliteRecordStore store = folder.Open();
        long revision = await store.MustWrite(1, 0, s_value, 1);
        Assert.Equal(1, FileDescriptors.Redirect(folder.File + "-wal", "/dev/full"));
        CommitResult result = await store.Write(1, revision, s_value, 2);
        Assert.Equal(CommitOutcome.NotWritten, result.Outcome);
        await store.DisposeAsync();

        await using SqliteRecordStore again = folder.Open();
        Assert.Equal(revision, await again.Revision(1));
        Assert.Single(await again.Journal(1));
    }

    [Fact]
    [Rule(14)]
    public async Task Commit_SyncFails_UnknownThenReopenedAndDecidedByReading()
    {
        using var folder = new LedgerFolder();
        await using SqliteRecordStore store = folder.Open();
        long revision = await store.MustWrite(1, 0, s_value, 1);

        // Every write to the log seems to succeed, but its sync fails.
        Assert.Equal(1, FileDescriptors.Redirect(folder.File + "-wal", "/dev/null"));
        CommitResult[] results = await Task.WhenAll(store.Write(1, revision, s_value, 2), store.Write(2, 0, s_value, 1));
        Assert.Contains(results, result => result.Outcome == CommitOutcome.Unknown);

        // The lost write is not there, no acknowledged one is missing, and the same file is written again.
        for (int i = 0; i < results.Length; i++)
        {
            long now = await store.Revision(i + 1);
            Assert.Equal(results[i].Outcome == CommitOutcome.Committed ? results[i].Revision : i == 0 ? revision : 0, now);
        }

        Assert.True(await store.MustWrite(3, 0, s_value, 1) > revision);
        Assert.True(await store.MustWrite(1, await store.Revision(1), s_value, 2) > revision);
        await store.ProbeAsync(CancellationToken.None);
        await store.DisposeAsync();
        await using SqliteRecordStore again = folder.Open();
        Assert.Equal([1, 2], (await again.Journal(1)).Select(entry => entry.Sequence));
    }

    [Fact]
    public async Task Reopen_FileMissing_CreatesNoneAndRecovers()
    {
        using var folder = new LedgerFolder();
        var time = new FakeTimeProvider();
        await using SqliteRecordStore store = folder.Open(time: time);
        long revision = await store.MustWrite(1, 0, s_value, 1);
        foreach (string ending in new[] { "", "-wal", "-shm" })
        {
            File.Move(folder.File + ending, folder.File + ".away" + ending);
        }

        Assert.Equal(1, FileDescriptors.Redirect(folder.File + ".away-wal", "/dev/null"));
        Assert.Equal(CommitOutcome.Unknown, (await store.Write(1, revision, s_value, 2)).Outcome);
        Assert.Equal(CommitOutcome.NotWritten, (await store.Write(1, revision, s_value, 2)).Outcome);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.Read(1));
        Assert.False(File.Exists(folder.File));

        foreach (string ending in new[] { "", "-wal", "-shm" })
        {
            if (File.Exists(folder.File + ".away" + ending))
            {
                File.Move(folder.File + ".away" + ending, folder.File + ending);
            }
        }

        time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(revision, await store.Revision(1));
        Assert.True(await store.MustWrite(1, revision, s_value, 2) > revision);
    }

    [Fact]
    public async Task Commit_DiskHangs_EveryRequestEndsWithinTheLimit()
    {
        using var folder = new LedgerFolder();
        var time = new FakeTimeProvider();
        LedgerOptions options = folder.Options;
        await using SqliteRecordStore store = folder.Open(options, time: time);
        long revision = await store.MustWrite(1, 0, s_value, 1);
        using SqliteConnection holder = folder.Hold();
        Task<CommitResult> taken = store.Write(1, revision, s_value, 2);
        StoreCalls.Until(() => !store.HasQueued);
        Task<CommitResult> queued = store.Write(2, 0, s_value, 1);
        Task<StoredRecord?> read = store.Read(1);

        time.Advance(options.CommitTimeout);
        Assert.True((await taken).Outcome is CommitOutcome.Unknown or CommitOutcome.NotWritten);
        Assert.Equal(CommitOutcome.NotWritten, (await queued).Outcome);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => read);

        holder.Execute("ROLLBACK");
        Assert.Equal(revision, await store.Revision(1));
        Assert.True(await store.MustWrite(1, revision, s_value, 2) > revision);
        Assert.Null(await store.Read(2));
    }

    [Fact]
    public async Task Commit_CancelledWhileItWaits_IsNotWritten()
    {
        using var folder = new LedgerFolder();
        await using SqliteRecordStore store = folder.Open();
        using SqliteConnection holder = folder.Hold();
        using var cancellation = new CancellationTokenSource();
        Task<CommitResult> taken = store.Write(1, 0, s_value, 0, cancellation.Token);
        StoreCalls.Until(() => !store.HasQueued);
        Task<CommitResult> queued = store.Write(2, 0, s_value, 0, cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => queued);

        holder.Execute("ROLLBACK");
        Assert.Equal(CommitOutcome.Committed, (await taken).Outcome); // too late to cancel
        Assert.Null(await store.Read(2));
    }

    [Fact]
    public async Task Commit_QueueFull_NotWrittenImmediately()
    {
        using var folder = new LedgerFolder();
        LedgerOptions options = folder.Options;
        options.MaxQueued = 4;
        await using SqliteRecordStore store = folder.Open(options);
        using SqliteConnection holder = folder.Hold();
        Task<CommitResult>[] waiting = [.. Enumerable.Range(0, 4).Select(channel => store.Write(channel, 0, s_value))];
        Assert.Equal(CommitOutcome.NotWritten, (await store.Write(5, 0, s_value)).Outcome);
        holder.Execute("ROLLBACK");
        Assert.All(await Task.WhenAll(waiting), result => Assert.Equal(CommitOutcome.Committed, result.Outcome));
    }

    [Fact]
    public async Task Dispose_DiskHangs_EndsWithinTheLimit()
    {
        using var folder = new LedgerFolder();
        var time = new FakeTimeProvider();
        SqliteRecordStore store = folder.Open(time: time);
        SqliteConnection holder = folder.Hold();
        Task<CommitResult> taken = store.Write(1, 0, s_value);
        StoreCalls.Until(() => !store.HasQueued);
        Task<CommitResult> queued = store.Write(2, 0, s_value);
        Task disposed = store.DisposeAsync().AsTask();
        Assert.Equal(CommitOutcome.NotWritten, (await queued).Outcome);
        time.Advance(TimeSpan.FromSeconds(60));
        await disposed.WaitAsync(StoreCalls.Patience);
        Assert.NotEqual(CommitOutcome.Committed, (await taken).Outcome);
        holder.Execute("ROLLBACK");
        holder.Dispose();
        await store.DisposeAsync().AsTask().WaitAsync(StoreCalls.Patience); // the second call waits until the writer has really ended
    }

    [Fact]
    public async Task Open_ReadOnlyFileSystem_IsRefusedButCanBeRead()
    {
        using var disk = SmallDisk.MountOrSkip(kibibytes: 2048, standIn: null);

        using var folder = new LedgerFolder();
        LedgerOptions options = folder.Options;
        options.Path = Path.Combine(disk.Folder, "ledger.db");
        await WriteOneAndClose(folder, options);
        Assert.True(disk.TrySetReadOnly());
        Assert.Throws<StoreUnavailableException>(() => folder.Open(options));
        await using IRecordStore reading = SqliteRecordStore.OpenReadOnly(options.Path, LedgerFolder.Scope);
        Assert.NotNull(await reading.Read(1));
        Assert.Single(await reading.ReadAllAsync(RecordKind.PaidChannel, CancellationToken.None).ToArrayAsync());
    }

    private static async Task WriteOneAndClose(LedgerFolder folder, LedgerOptions options)
    {
        await using SqliteRecordStore store = folder.Open(options);
        await store.MustWrite(1, 0, s_value, 1);
    }
}
