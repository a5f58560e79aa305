using Microsoft.Data.Sqlite;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;
using SnetGateway.Storage;
using SnetGateway.Storage.Sqlite;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Stores;
using Xunit;

namespace SnetGateway.Tests.Storage;

/// <summary>The ledger's file: who may open it, its format, and which files are refused.</summary>
public sealed class SqliteFileTests
{
    private static readonly byte[] s_value = [.. Enumerable.Range(0, 700).Select(i => (byte)i)];

    [Fact]
    [Rule(14)]
    public async Task Open_SecondOwner_IsRefusedAndNamesTheHolder()
    {
        using var folder = new LedgerFolder();
        await using (folder.Open())
        {
            LedgerInUseException refusal = Assert.Throws<LedgerInUseException>(() => folder.Open());
            Assert.Contains(folder.File, refusal.Message, StringComparison.Ordinal);
            Assert.Contains($"process {Environment.ProcessId}", refusal.Message, StringComparison.Ordinal);
            Assert.Contains($"host {Environment.MachineName}", refusal.Message, StringComparison.Ordinal);
            Assert.Contains("since 20", refusal.Message, StringComparison.Ordinal);
        }

        await using SqliteRecordStore next = folder.Open();
        await next.MustWrite(1, 0, s_value);
    }

    [Fact]
    public async Task Open_NewFolder_IsAccessibleToItsOwnerOnly()
    {
        using var folder = new LedgerFolder();
        LedgerOptions options = folder.Options;
        options.Path = Path.Combine(folder.Folder, "a", "b", "ledger.db");
        await using SqliteRecordStore store = folder.Open(options);
        await store.MustWrite(1, 0, s_value);
        const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        foreach (string ending in new[] { "", "-wal", "-shm", ".lock" })
        {
            Assert.Equal(Owner, File.GetUnixFileMode(options.Path + ending));
        }

        Assert.Equal(Owner | UnixFileMode.UserExecute, new DirectoryInfo(Path.Combine(folder.Folder, "a")).UnixFileMode);
        Assert.Equal(Owner | UnixFileMode.UserExecute, new DirectoryInfo(Path.Combine(folder.Folder, "a", "b")).UnixFileMode);
    }

    [Fact]
    public async Task Open_Again_RevisionsKeepRising()
    {
        using var folder = new LedgerFolder();
        long last = 0;
        for (int i = 0; i < 5; i++)
        {
            await using SqliteRecordStore store = folder.Open();
            Assert.Equal(last, await store.Revision(1));
            long revision = await store.MustWrite(1, last, s_value, i + 1);
            Assert.True(revision > last);
            last = revision;
        }

        await using IRecordStore reading = SqliteRecordStore.OpenReadOnly(folder.File, LedgerFolder.Scope);
        Assert.Equal([1L, 2, 3, 4, 5], (await reading.Journal(1)).Select(entry => entry.Sequence));
    }

    /// <summary>A gateway with a damaged file retries every two seconds: each attempt must close everything that it opened.</summary>
    [Fact]
    public async Task Open_TablesCannotBeUsed_LeavesNothingOpen()
    {
        using var folder = new LedgerFolder();
        await using (SqliteRecordStore store = folder.Open())
        {
            await store.MustWrite(1, 0, s_value);
        }

        using (SqliteConnection connection = LedgerFolder.OpenDirectly(folder.File))
        {
            connection.Execute("DROP TABLE journal");
        }

        Assert.Throws<StoreUnavailableException>(() => folder.Open());
        Assert.Throws<StoreUnavailableException>(() => SqliteRecordStore.OpenReadOnly(folder.File, LedgerFolder.Scope));
        Assert.Equal(0, FileDescriptors.Count(folder.File));
    }

    [Fact]
    [Rule(16)]
    public async Task Scope_OtherChainOrContract_SharesNoRecord()
    {
        using var folder = new LedgerFolder();
        LedgerScope[] scopes =
        [
            LedgerFolder.Scope,
            LedgerFolder.Scope with { ChainId = 11155111 },
            LedgerFolder.Scope with { Escrow = Address.Parse("0x7e0af8988df45b824b2e0e0a87c6196897744970") },
        ];
        for (int i = 0; i < scopes.Length; i++)
        {
            await using SqliteRecordStore store = folder.Open(scope: scopes[i]);
            Assert.Null(await store.Read(1));
            await store.MustWrite(1, 0, [(byte)i], 1);
        }

        for (int i = 0; i < scopes.Length; i++)
        {
            await using SqliteRecordStore store = folder.Open(scope: scopes[i]);
            Assert.Equal(
                [(byte)i],
                Assert.Single(await store.ReadAllAsync(RecordKind.PaidChannel, CancellationToken.None).ToArrayAsync()).Value.ToArray());
        }
    }

    [Fact]
    [Rule(16)]
    public void StoredKey_HasTheseBytes()
    {
        byte[] bytes = new byte[LedgerScope.MaxKeyLength];
        int length = new LedgerScope(0x0102030405060708, Address.Parse("0x5e592f9b1d303183d963635f895f0f0c48284f4e"))
            .WriteKey(new RecordKey(RecordKind.PaidChannel, new byte[] { 0xaa, 0xbb }), bytes);
        Assert.Equal(
            "01" + "0102030405060708" + "5e592f9b1d303183d963635f895f0f0c48284f4e" + "01" + "aabb",
            Convert.ToHexStringLower(bytes.AsSpan(0, length)));
    }

    [Fact]
    public async Task Open_FileOfFormatOne_ReadsItsContent()
    {
        // Written by hand: later versions must still read this.
        using var folder = new LedgerFolder();
        File.Create(folder.File).Dispose();
        using (SqliteConnection file = LedgerFolder.OpenDirectly(folder.File))
        {
            file.Execute("""
                CREATE TABLE record (id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, revision INTEGER NOT NULL, newest INTEGER NOT NULL, value BLOB NOT NULL);
                CREATE TABLE journal (position INTEGER PRIMARY KEY, record INTEGER NOT NULL, sequence INTEGER NOT NULL, previous INTEGER NOT NULL, entry BLOB NOT NULL);
                CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
                INSERT INTO meta VALUES ('format', 1), ('revision', 1000), ('probe', 3);
                INSERT INTO record VALUES (4, x'0100000000000000015e592f9b1d303183d963635f895f0f0c48284f4e010000000000000000000000000000000000000000000000000000000000000007', 12, 9, x'c0ffee');
                INSERT INTO journal VALUES (5, 4, 1, 0, x'01'), (6, 77, 1, 0, x'ff'), (9, 4, 2, 5, x'02');
                """);
        }

        await using SqliteRecordStore store = folder.Open();
        StoredRecord record = Assert.Single(await store.ReadAllAsync(RecordKind.PaidChannel, CancellationToken.None).ToArrayAsync());
        Assert.Equal((StoreData.Key(7), 12L, "C0FFEE"), (record.Key, record.Revision, Convert.ToHexString(record.Value.Span)));
        Assert.Equal(
            [(1L, "01"), (2L, "02")], (await store.Journal(7)).Select(entry => (entry.Sequence, Convert.ToHexString(entry.Entry.Span))));
        Assert.True(await store.MustWrite(7, 12, s_value, 3) > 1000);
    }

    [Theory]
    [InlineData("UPDATE meta SET value = 2 WHERE name = 'format'", "has format 2; this version reads format 1")]
    [InlineData("DELETE FROM meta", "is not a ledger of this gateway")]
    [InlineData("DROP TABLE meta", "is not a ledger of this gateway")]
    [Rule(16)]
    public async Task Open_UnknownFormat_IsRefusedAndNotChanged(string damage, string message)
    {
        using var folder = new LedgerFolder();
        await using (SqliteRecordStore store = folder.Open())
        {
            await store.MustWrite(1, 0, s_value);
        }

        using (SqliteConnection file = LedgerFolder.OpenDirectly(folder.File))
        {
            file.Execute(damage);
        }

        Assert.Contains(message, Assert.Throws<LedgerFormatException>(() => folder.Open()).Message, StringComparison.Ordinal);
        Assert.Contains(
            message,
            Assert.Throws<LedgerFormatException>(() => SqliteRecordStore.OpenReadOnly(folder.File, LedgerFolder.Scope)).Message,
            StringComparison.Ordinal);
        using SqliteConnection again = LedgerFolder.OpenDirectly(folder.File);
        using SqliteCommand count = again.CreateCommand();
        count.CommandText = "SELECT count(*) FROM record";
        Assert.Equal(1L, count.ExecuteScalar());
    }

    [Fact]
    public void Open_NoDatabase_IsRefused()
    {
        using var folder = new LedgerFolder();
        File.WriteAllText(folder.File, string.Concat(Enumerable.Repeat("This is a letter, not a ledger. ", 100)));
        Assert.Throws<LedgerFormatException>(() => folder.Open());
        Assert.StartsWith("This is a letter", File.ReadAllText(folder.File), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenReadOnly_BesideTheOwner_SeesCommitsAndWritesNothing()
    {
        using var folder = new LedgerFolder();
        await using SqliteRecordStore store = folder.Open();
        long revision = await store.MustWrite(1, 0, s_value, 1);
        await using IRecordStore reading = SqliteRecordStore.OpenReadOnly(folder.File, LedgerFolder.Scope);
        Assert.Equal(revision, await reading.Revision(1));
        long next = await store.MustWrite(1, revision, s_value, 2);
        Assert.Equal(next, await reading.Revision(1));
        Assert.Equal(2, (await reading.Journal(1)).Length);
        Assert.Equal(CommitOutcome.NotWritten, (await reading.Write(1, next, s_value)).Outcome);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => reading.ProbeAsync(CancellationToken.None).AsTask());
    }

    [Fact]
    public void OpenReadOnly_NoFile_NamesTheFile()
    {
        using var folder = new LedgerFolder();
        StoreUnavailableException refusal = Assert.Throws<StoreUnavailableException>(
            () => SqliteRecordStore.OpenReadOnly(folder.File, LedgerFolder.Scope));
        Assert.Contains($"Ledger file {folder.File} does not exist", refusal.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.File));
    }
}
