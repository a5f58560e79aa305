using System.Diagnostics.Metrics;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using SnetGateway.Payments.Records;
using SnetGateway.Storage;
using SnetGateway.Storage.Sqlite;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Storage;

/// <summary>The writer: shares a sync, keeps the log short, counts, and logs an outage once.</summary>
public sealed class SqliteWriterTests
{
    private static readonly byte[] s_value = [.. Enumerable.Range(0, 700).Select(i => (byte)i)];

    [Fact]
    [Rule(17)]
    public async Task Commits_ThatWaitTogether_ShareOneBatch_AndAConflictFailsAlone()
    {
        using var folder = new LedgerFolder();
        await using ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        IMeterFactory meters = services.GetRequiredService<IMeterFactory>();
        var batches = new List<int>();
        var outcomes = new List<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (ReferenceEquals(instrument.Meter.Scope, meters)
                    && instrument.Name.StartsWith("snet_gateway.ledger.", StringComparison.Ordinal))
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<int>((_, size, _, _) =>
        {
            lock (batches)
            {
                batches.Add(size);
            }
        });
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) =>
        {
            lock (outcomes)
            {
                outcomes.Add((string)tags[0].Value!);
            }
        });
        listener.Start();
        var logger = new MemoryLogger();
        await using (var store = new SqliteRecordStore(
            folder.Options, LedgerFolder.Scope, new StorageMetrics(meters), logger, TimeProvider.System))
        {
            using SqliteConnection holder = folder.Hold();
            Task<CommitResult> first = store.Write(0, 0, s_value);
            StoreCalls.Until(() => !store.HasQueued);
            Task<CommitResult>[] together =
                [.. Enumerable.Range(1, 100).Select(channel => store.Write(channel, channel == 50 ? 7 : 0, s_value))];
            holder.Execute("ROLLBACK");
            Assert.Equal(CommitOutcome.Committed, (await first).Outcome);
            CommitResult[] results = await Task.WhenAll(together);
            Assert.Equal(50, Array.FindIndex(results, result => result.Outcome == CommitOutcome.Conflict) + 1);
            Assert.Equal(99, results.Count(result => result.Outcome == CommitOutcome.Committed));
            Assert.Equal(99, results.Where(result => result.Revision > 0).Select(result => result.Revision).Distinct().Count());
        }

        Assert.Equal([1, 100], batches);
        Assert.Equal(100, outcomes.Count(outcome => outcome == "committed"));
        Assert.Equal("conflict", Assert.Single(outcomes, outcome => outcome != "committed"));
        Assert.Equal([7001, 7002], logger.Events);
    }

    [Fact]
    public async Task Log_UnderLoad_StaysBounded()
    {
        using var folder = new LedgerFolder();
        await using SqliteRecordStore store = folder.Open(time: new FakeTimeProvider());
        byte[] big = new byte[65_536];
        long revision = 0;
        for (int i = 0; i < 400; i++)
        {
            revision = await store.MustWrite(1, revision, big, i + 1); // 130 KiB of log each
        }

        Assert.InRange(new FileInfo(folder.File + "-wal").Length, 1, 17 << 20);
        Assert.True(new FileInfo(folder.File).Length > 20 << 20);
    }

    [Fact]
    public async Task Log_LongAndIdle_MovesIntoTheFile()
    {
        using var folder = new LedgerFolder();
        var time = new FakeTimeProvider();
        await using SqliteRecordStore store = folder.Open(time: time);
        for (int i = 1; i <= 5; i++)
        {
            await store.MustWrite(i, 0, new byte[65_536], 1);
        }

        long before = new FileInfo(folder.File).Length;
        time.Advance(TimeSpan.FromSeconds(2));
        StoreCalls.Until(() => new FileInfo(folder.File).Length > before);
    }

    /// <summary>Moving the one page of each probe was most of what an idle gateway wrote.</summary>
    [Fact]
    public async Task Log_ShortAndIdle_StaysWhereItIs()
    {
        using var folder = new LedgerFolder();
        var time = new FakeTimeProvider();
        await using SqliteRecordStore store = folder.Open(time: time);
        await store.MustWrite(1, 0, new byte[65_536], 1);
        long before = new FileInfo(folder.File).Length;
        time.Advance(TimeSpan.FromSeconds(2));
        await store.ProbeAsync(CancellationToken.None); // the writer has seen by then that it is idle
        Assert.Equal(before, new FileInfo(folder.File).Length);
    }

    [Fact]
    public async Task Failing_IsLoggedOnceAndItsRecoveryToo()
    {
        using var folder = new LedgerFolder();
        var logger = new MemoryLogger();
        LedgerOptions options = folder.Options;
        options.CommitTimeout = TimeSpan.FromMilliseconds(100); // how long the writer waits for another's lock
        await using var store = new SqliteRecordStore(options, LedgerFolder.Scope, LedgerFolder.Metrics, logger, new FakeTimeProvider());
        using (SqliteConnection holder = folder.Hold())
        {
            for (int i = 0; i < 3; i++)
            {
                Assert.Equal(CommitOutcome.NotWritten, (await store.Write(1, 0, s_value)).Outcome);
            }

            holder.Execute("ROLLBACK");
        }

        await store.MustWrite(1, 0, s_value);
        Assert.Equal([7001, 7003, 7006], logger.Events);
    }

    private sealed class MemoryLogger : ILogger<SqliteRecordStore>
    {
        private readonly List<int> _events = [];

        public int[] Events
        {
            get
            {
                lock (_events)
                {
                    return [.. _events];
                }
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_events)
            {
                _events.Add(eventId.Id);
            }
        }
    }
}
