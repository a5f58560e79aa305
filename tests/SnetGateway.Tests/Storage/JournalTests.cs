using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using SnetGateway.Payments.Records;
using SnetGateway.Storage;
using SnetGateway.Storage.Journal;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Processes;
using SnetGateway.TestKit.Stores;
using Xunit;

namespace SnetGateway.Tests.Storage;

/// <summary>The local journals of gateways that share a store. SNET_TEST_SEED repeats a run.</summary>
public sealed class JournalTests(ITestOutputHelper output) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-journal-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Append_ThenRead_ReturnsTheEntriesInOrder()
    {
        await using (LocalJournal journal = Open("a"))
        {
            for (int i = 1; i <= 500; i++)
            {
                journal.Append([Write(i % 3, ((i - 1) / 3) + 1)]);
            }
        }

        using JournalReader reader = Read("a");
        Assert.Equal(Enumerable.Range(1, 166).Select(i => (long)i), reader.Read(StoreData.Key(0)).Select(entry => entry.Sequence));
        Assert.Equal(Entry(1, 42), reader.Read(StoreData.Key(1)).Single(entry => entry.Sequence == 42).Entry.ToArray());
        Assert.Empty(reader.Read(StoreData.Key(3)));
        Assert.Empty(reader.TornEnds);
    }

    [Fact]
    [Rule(15)]
    public async Task Journals_OfAlternatingGateways_MergeWithoutGapsOrDuplicates()
    {
        Random random = Seeds.Random(output.WriteLine);
        string[] names = ["a", "b", "c"];
        LocalJournal[] journals = [.. names.Select(name => Open(name))];
        long[] newest = new long[10];
        for (int i = 0; i < 2_000; i++)
        {
            int channel = random.Next(newest.Length);
            journals[random.Next(journals.Length)].Append([Write(channel, ++newest[channel], withPrevious: true)]);
        }

        foreach (LocalJournal journal in journals)
        {
            await journal.DisposeAsync();
        }

        using JournalReader reader = Read(names);
        for (int channel = 0; channel < newest.Length; channel++)
        {
            AssertWhole(reader, channel, newest[channel]);
        }
    }

    [Fact]
    [Rule(15)]
    public async Task EntryOfAGatewayThatDied_IsInTheJournalOfTheNextToSettle()
    {
        await using (LocalJournal alive = Open("alive"))
        {
            alive.Append([Write(1, 1)]);
            alive.Append([Write(1, 3, withPrevious: true)]); // 2 was settled by a gateway that was killed before it wrote
            alive.Append([Write(1, 4, withPrevious: true)]);
        }

        using JournalReader reader = Read("alive");
        AssertWhole(reader, 1, 4);
    }

    [Fact]
    [Rule(15)]
    public async Task EntryThatASettleReplaces_IsInAFileBeforeTheSettle()
    {
        await using LocalJournal journal = Open("b");
        // 2 was settled by a gateway that was killed before it wrote
        await journal.WrittenAsync(journal.KeepReplaced([Write(1, 3, withPrevious: true)]));

        using (JournalReader reader = Read("b"))
        {
            Assert.Equal(2, Assert.Single(reader.Read(StoreData.Key(1))).Sequence); // and this one may be killed now
        }

        journal.Append([Write(1, 3, withPrevious: true)]);
        await journal.WrittenAsync(journal.KeepReplaced([Write(1, 4, withPrevious: true)]));
        using JournalReader again = Read("b");
        Assert.Equal([2, 3], again.Read(StoreData.Key(1)).Select(entry => entry.Sequence));
        Assert.Equal(0, journal.KeepReplaced([Write(1, 4, withPrevious: true), Write(2, 1)])); // nothing to wait for
    }

    [Fact]
    public async Task EntryThatIsAlreadyHere_IsNotWrittenTwice()
    {
        await using (LocalJournal journal = Open("a"))
        {
            for (int i = 1; i <= 100; i++)
            {
                journal.Append([Write(1, i, withPrevious: true)]);
            }
        }

        int frames = Enumerable.Range(1, 100).Sum(i => JournalFormat.FrameLength(StoreData.Key(1), Entry(1, i)));
        Assert.Equal(JournalFormat.HeaderLength + frames, Files("a").Sum(file => file.Length));
    }

    [Fact]
    [Rule(15)]
    public async Task File_CutAnywhere_ReturnsAPrefix()
    {
        await using (LocalJournal journal = Open("a"))
        {
            for (int i = 1; i <= 4; i++)
            {
                journal.Append([Write(1, i)]);
            }
        }

        FileInfo file = Assert.Single(Files("a"));
        byte[] whole = File.ReadAllBytes(file.FullName);
        int last = -1;
        for (int length = 0; length <= whole.Length; length++)
        {
            File.WriteAllBytes(file.FullName, whole[..length]);
            using JournalReader reader = Read("a");
            int count = reader.Read(StoreData.Key(1)).Count();
            Assert.InRange(count, Math.Max(last, 0), 4);
            AssertWhole(reader, 1, count);
            last = count;
        }

        Assert.Equal(4, last);
    }

    [Fact]
    public async Task File_AnyByteChanged_NeverReturnsAWrongEntry()
    {
        await using (LocalJournal journal = Open("a"))
        {
            for (int i = 1; i <= 10; i++)
            {
                journal.Append([Write(1, i)]);
            }
        }

        Random random = Seeds.Random(output.WriteLine);
        FileInfo file = Assert.Single(Files("a"));
        byte[] whole = File.ReadAllBytes(file.FullName);
        for (int round = 0; round < 500; round++)
        {
            byte[] damaged = [.. whole];
            damaged[random.Next(JournalFormat.HeaderLength, whole.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(file.FullName, damaged);
            using JournalReader reader = Read("a");
            AssertWhole(reader, 1, reader.Read(StoreData.Key(1)).Count());
            Assert.NotEmpty(reader.TornEnds);
        }
    }

    [Fact]
    [Rule(15)]
    public async Task Files_AreBounded_AndExpiredOnesAreDeleted()
    {
        var time = new FakeTimeProvider();
        await using (LocalJournal journal = Open(new JournalOptions { Path = Folder("a"), FileSize = 65_536 }, time))
        {
            for (int i = 1; i <= 400; i++)
            {
                journal.Append([Write(1, i, length: 1_000)]);
                long entries = i * (long)JournalFormat.FrameLength(StoreData.Key(1), Entry(1, 1, 1_000));
                StoreCalls.Until(() => Files("a").Sum(file => file.Length - JournalFormat.HeaderLength) == entries); // one batch each
            }
        }

        Assert.Equal(7, Files("a").Length);
        Assert.All(Files("a"), file => Assert.InRange(file.Length, 0, 65_536 + 2_000));
        using (JournalReader reader = Read("a"))
        {
            Assert.Equal(400, reader.Read(StoreData.Key(1)).Count());
        }

        Directory.CreateDirectory(Folder("b"));
        string old = Path.Combine(Folder("b"), "20200101T000000000-0000.journal");
        File.WriteAllBytes(old, JournalFormat.Header(LedgerFolder.Scope));
        File.SetLastWriteTimeUtc(old, time.GetUtcNow().UtcDateTime - TimeSpan.FromDays(31));
        string other = Path.Combine(Folder("b"), "notes.txt");
        File.WriteAllText(other, "");
        File.SetLastWriteTimeUtc(other, time.GetUtcNow().UtcDateTime - TimeSpan.FromDays(31));
        await using (LocalJournal journal = Open(new JournalOptions { Path = Folder("b"), Retention = TimeSpan.FromDays(30) }, time))
        {
            journal.Append([Write(1, 1)]);
        }

        Assert.False(File.Exists(old));
        Assert.True(File.Exists(other));
        Assert.Single(Files("b"));
    }

    [Fact]
    public async Task ExpiredFileThatCannotBeDeleted_DoesNotStopWriting()
    {
        Directory.CreateDirectory(Folder("b"));
        string old = Path.Combine(Folder("b"), "20200101T000000000-0000.journal");
        File.WriteAllBytes(old, JournalFormat.Header(LedgerFolder.Scope));
        File.SetLastWriteTimeUtc(old, TimeProvider.System.GetUtcNow().UtcDateTime - TimeSpan.FromDays(31));
        Assert.SkipUnless(await CanAsync("chattr", "+i", old), "No file can be made immutable here. No other test checks this.");

        try
        {
            LocalJournal journal = Open(new JournalOptions { Path = Folder("b"), Retention = TimeSpan.FromDays(30) });
            await using (journal)
            {
                journal.Append([Write(1, 1)]);
            }

            Assert.Equal(0, journal.Lost);
            Assert.True(File.Exists(old));
            Assert.Equal(2, Files("b").Length); // the old one, and the one that has the entry
        }
        finally
        {
            Assert.True(await CanAsync("chattr", "-i", old));
        }
    }

    [Fact]
    [Rule(15)]
    public async Task FullDisk_LosesEntriesOnly_AndRecovers()
    {
        using var disk = SmallDisk.MountOrSkip(kibibytes: 256, standIn: nameof(FolderThatCannotBeCreated_LosesEntriesOnly));

        string folder = Path.Combine(disk.Folder, "journal");
        await using (LocalJournal journal = Open(new JournalOptions { Path = folder }))
        {
            journal.Append([Write(1, 1)]);
            StoreCalls.Until(() => Directory.Exists(folder) && new DirectoryInfo(folder).GetFiles().Sum(file => file.Length) > 300);
            disk.Fill();
            long next = 2;
            while (journal.Lost == 0)
            {
                journal.Append([Write(1, next++, withPrevious: true, length: 4_000)]);
            }

            File.Delete(disk.Ballast);
            long lost;
            do
            {
                lost = journal.Lost;
                journal.Append([Write(2, next++)]);
                await Task.Yield();
            }
            while (journal.Lost != lost);
            journal.Append([Write(3, 2, withPrevious: true)]);
        }

        using var reader = new JournalReader([folder], LedgerFolder.Scope);
        reader.Refresh();
        AssertWhole(reader, 3, 2);
        Assert.Empty(reader.TornEnds);
    }

    [Fact]
    public async Task FolderThatCannotBeCreated_LosesEntriesOnly()
    {
        File.WriteAllText(Folder("a"), "a file stands there");
        await using LocalJournal journal = Open("a");
        journal.Append([Write(1, 1)]);
        StoreCalls.Until(() => journal.Lost == 1);
    }

    [Fact]
    public async Task MoreThanTheBuffer_IsCountedAsLost_WithoutWaiting()
    {
        // More than the buffer holds, faster than the writer can write it.
        await using LocalJournal journal = Open("a");
        byte[] entry = new byte[60_000];
        for (int i = 1; i <= 1_000; i++)
        {
            journal.Append([new RecordWrite(StoreData.Key(1), 0, entry, i, entry)]);
        }

        await journal.DisposeAsync();
        using JournalReader reader = Read("a");
        Assert.Equal(1_000, reader.Read(StoreData.Key(1)).Count() + journal.Lost);
    }

    [Fact]
    public async Task Closed_LosesAndCounts()
    {
        LocalJournal journal = Open("a");
        await journal.DisposeAsync();
        journal.Append([Write(1, 1)]);
        Assert.Equal(1, journal.Lost);
    }

    [Fact]
    public async Task JournalOfAnotherChainOrContract_IsRefused()
    {
        await using (LocalJournal journal = Open("a"))
        {
            journal.Append([Write(1, 1)]);
        }

        using var other = new JournalReader([Folder("a")], LedgerFolder.Scope with { ChainId = 5 });
        Assert.Throws<LedgerFormatException>(other.Refresh);
        Assert.Throws<StoreUnavailableException>(() => new JournalReader([Folder("missing")], LedgerFolder.Scope));
    }

    [Fact]
    public void File_HasTheseBytes()
    {
        byte[] entry = [9, 8, 7];
        var key = new RecordKey(RecordKind.PaidChannel, new byte[] { 1, 2 });
        byte[] frame = new byte[JournalFormat.FrameLength(key, entry)];
        JournalFormat.WriteFrame(key, 5, entry, frame);
        Assert.Equal(
            "0000000F" + Convert.ToHexString(frame.AsSpan(4, 4)) + "01020102" + "0000000000000005" + "090807", Convert.ToHexString(frame));
        Assert.Equal(
            "534E4554" + "4A524E01" + "0000000000000001" + "5E592F9B1D303183D963635F895F0F0C48284F4E",
            Convert.ToHexString(JournalFormat.Header(LedgerFolder.Scope)));
    }

    [Fact]
    public async Task TwoDifferentEntriesWithOneNumber_AreBothReturned()
    {
        foreach (string name in new[] { "a", "b" })
        {
            await using LocalJournal journal = Open(name);
            byte[] entry = [1, (byte)name[0]];
            journal.Append([new RecordWrite(StoreData.Key(1), 0, entry, 1, entry)]);
        }

        using JournalReader reader = Read("a", "b");
        Assert.Equal([1, 1], reader.Read(StoreData.Key(1)).Select(entry => entry.Sequence));
    }

    private static byte[] Entry(int channel, long sequence, int length = 300)
    {
        byte[] entry = new byte[length];
        new Random(HashCode.Combine(channel, (int)sequence, 7)).NextBytes(entry);
        return entry;
    }

    private static RecordWrite Write(int channel, long sequence, bool withPrevious = false, int length = 300) =>
        new(
            StoreData.Key(channel),
            0,
            new byte[] { 1 },
            sequence,
            Entry(channel, sequence, length),
            withPrevious && sequence > 1 ? Entry(channel, sequence - 1, length) : default);

    private static void AssertWhole(JournalReader reader, int channel, long count)
    {
        StoredEntry[] entries = [.. reader.Read(StoreData.Key(channel))];
        Assert.Equal(Enumerable.Range(1, (int)count).Select(i => (long)i), entries.Select(entry => entry.Sequence));
        Assert.All(entries, entry => Assert.Equal(Entry(channel, entry.Sequence), entry.Entry.ToArray()));
    }

    private static async Task<bool> CanAsync(string program, params string[] arguments)
    {
        try
        {
            await using var process = ChildProcess.Start(program, arguments);
            return await process.WaitForExitAsync() == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // not installed
        }
    }

    private LocalJournal Open(string name) => Open(new JournalOptions { Path = Folder(name) });

    private static LocalJournal Open(JournalOptions options, TimeProvider? time = null) =>
        new(options, LedgerFolder.Scope, LedgerFolder.Metrics, NullLogger.Instance, time ?? TimeProvider.System);

    private JournalReader Read(params string[] names)
    {
        var reader = new JournalReader(names.Select(Folder), LedgerFolder.Scope);
        reader.Refresh();
        return reader;
    }

    private string Folder(string name) => Path.Combine(_folder.FullName, name);

    private FileInfo[] Files(string name) =>
        Directory.Exists(Folder(name)) ? new DirectoryInfo(Folder(name)).GetFiles("*.journal") : [];
}
