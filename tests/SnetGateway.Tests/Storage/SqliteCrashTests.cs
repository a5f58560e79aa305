using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using SnetGateway.Payments.Records;
using SnetGateway.Storage;
using SnetGateway.Storage.Sqlite;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Processes;
using Xunit;

namespace SnetGateway.Tests.Storage;

/// <summary>Killed processes, and a log with a torn end. SNET_TEST_SEED repeats a run.</summary>
[Trait("Needs", "time")]
public sealed class SqliteCrashTests(ITestOutputHelper output)
{
    private const int Kills = 10;

    [Fact]
    [Rule(14, 15)]
    public async Task Kill_WhileItCommits_EveryAcknowledgedCommitIsThere()
    {
        Random random = Seeds.Random(output.WriteLine);
        using var folder = new LedgerFolder();
        var acknowledged = new Dictionary<int, (long Revision, long Sequence)>();
        for (int kill = 0; kill < Kills; kill++)
        {
            await using var child = ChildProcess.Start(
                "dotnet", ["exec", typeof(SqliteCrashTests).Assembly.Location, CommittingProcess.Name, folder.File]);
            int lines = random.Next(1, 400);
            for (int i = 0; i < lines; i++)
            {
                Note(await child.WaitForLineAsync(static line => line.StartsWith("committed", StringComparison.Ordinal)), acknowledged);
                if (i == 0)
                {
                    Assert.Contains(
                        $"process {child.Pid}", Assert.Throws<LedgerInUseException>(() => folder.Open()).Message, StringComparison.Ordinal);
                }
            }

            await child.KillAsync();
            await foreach (string line in child.OutputLines.ReadAllAsync())
            {
                // The last line may have been cut by the kill.
                if (line.EndsWith('.'))
                {
                    Note(line, acknowledged);
                }
            }

            await using SqliteRecordStore store = folder.Open();
            foreach ((int channel, (long revision, long sequence)) in acknowledged)
            {
                StoredEntry[] journal = await store.Journal(channel);
                Assert.True(await store.Revision(channel) >= revision, $"channel {channel}");
                Assert.True(journal.Length >= sequence, $"channel {channel}: {journal.Length} entries, {sequence} acknowledged");
                Assert.Equal(Enumerable.Range(1, journal.Length).Select(i => (long)i), journal.Select(entry => entry.Sequence));
            }
        }

        output.WriteLine($"{acknowledged.Values.Sum(known => known.Sequence)} commits were acknowledged");
    }

    [Fact]
    [Rule(15)]
    public async Task TornLog_CutAnywhere_ContainsAPrefixOfTheHistory()
    {
        Random random = Seeds.Random(output.WriteLine);
        using var folder = new LedgerFolder();
        const int Commits = 60;
        const int Channels = 5;

        // The clock does not move, so nothing moves the log into the file while it is copied.
        await using SqliteRecordStore store = folder.Open(time: new FakeTimeProvider());
        long[] revisions = new long[Channels];
        for (int i = 0; i < Commits; i++)
        {
            revisions[i % Channels] = await store.MustWrite(i % Channels, revisions[i % Channels], ValueOf(i), (i / Channels) + 1);
        }

        byte[] file = await File.ReadAllBytesAsync(folder.File);
        byte[] log = Shared(folder.File + "-wal");
        Assert.True(log.Length > Commits * 4096);
        foreach (int cut in Enumerable.Range(0, 40).Select(_ => random.Next(log.Length)).Concat([0, log.Length, log.Length - 1]))
        {
            using var torn = new LedgerFolder();
            await File.WriteAllBytesAsync(torn.File, file);
            byte[] rest = log[..cut];
            if (cut > 0 && random.Next(3) == 0)
            {
                rest[^1] ^= 0x55; // not only shorter, but with a damaged end
            }

            await File.WriteAllBytesAsync(torn.File + "-wal", rest);
            await using SqliteRecordStore opened = torn.Open();
            int held = 0;
            for (int channel = 0; channel < Channels; channel++)
            {
                held += (await opened.Journal(channel)).Length;
            }

            Assert.True(cut < log.Length || rest[^1] != log[^1] || held == Commits);
            for (int channel = 0; channel < Channels; channel++)
            {
                int[] expected = [.. Enumerable.Range(0, held).Where(i => i % Channels == channel)];
                Assert.Equal(expected.Select(ValueOf), (await opened.Journal(channel)).Select(entry => entry.Entry.ToArray()));
                Assert.Equal(expected.Length == 0 ? null : ValueOf(expected[^1]), (await opened.Read(channel))?.Value.ToArray());
            }

            await opened.MustWrite(99, 0, ValueOf(1), 1);
        }
    }

    private static byte[] ValueOf(int commit) => [.. Enumerable.Range(0, 700).Select(i => (byte)(i + commit))];

    private static byte[] Shared(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static void Note(string line, Dictionary<int, (long Revision, long Sequence)> acknowledged)
    {
        string[] words = line.TrimEnd('.').Split(' ');
        acknowledged[int.Parse(words[1], CultureInfo.InvariantCulture)] =
            (long.Parse(words[2], CultureInfo.InvariantCulture), long.Parse(words[3], CultureInfo.InvariantCulture));
    }
}
