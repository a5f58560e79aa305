using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SnetGateway.Payments.Records;
using SnetGateway.Storage;
using SnetGateway.Storage.Etcd;
using SnetGateway.TestKit.Etcd;
using Xunit;

namespace SnetGateway.Tests.Storage.Etcd;

/// <summary>One etcd for all tests that do not break it; each opens a ledger with a separate prefix.</summary>
public sealed class EtcdFixture : IAsyncLifetime
{
    public EtcdProcess Etcd { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Etcd = await EtcdProcess.StartAsync();

    public async ValueTask DisposeAsync() => await Etcd.DisposeAsync();
}

/// <summary>Ledgers in etcd, as tests open them.</summary>
internal static class EtcdLedger
{
    private static readonly DirectoryInfo s_journals = Directory.CreateTempSubdirectory("snet-journals-");
    private static int s_ledgers;

    static EtcdLedger()
    {
        AppDomain.CurrentDomain.ProcessExit += (_, _) => s_journals.Delete(recursive: true);
    }

    /// <summary>A prefix that no other ledger of this run uses.</summary>
    public static string NewPrefix() => $"test-{Interlocked.Increment(ref s_ledgers)}/";

    public static LedgerOptions Options(params IEnumerable<string> endpoints) => new()
    {
        Store = "etcd",
        CommitTimeout = TimeSpan.FromSeconds(5),
        Journal = new JournalOptions { Path = Path.Combine(s_journals.FullName, Guid.NewGuid().ToString("N")) },
        Etcd = new EtcdOptions { Endpoints = [.. endpoints], KeyPrefix = NewPrefix() },
    };

    public static EtcdRecordStore Open(LedgerOptions options, StorageMetrics? metrics = null, ILogger<EtcdRecordStore>? logger = null) =>
        new(
            options, LedgerFolder.Scope, metrics ?? LedgerFolder.Metrics, logger ?? NullLogger<EtcdRecordStore>.Instance,
            TimeProvider.System);

    public static EtcdRecordStore Open(EtcdProcess etcd) => Open(Options(etcd.Endpoint));

    /// <summary>Repeats a write until it succeeds, and decides unknown outcomes by reading, as the ledger does.</summary>
    public static async Task<long> WriteUntilWritten(this IRecordStore store, int channel, byte[] value)
    {
        using var late = new CancellationTokenSource(StoreCalls.Patience);
        while (true)
        {
            late.Token.ThrowIfCancellationRequested();
            try
            {
                StoredRecord? stored = await store.Read(channel);
                if (stored is not null && stored.Value.Span.SequenceEqual(value))
                {
                    return stored.Revision; // an earlier attempt succeeded, and its response was lost
                }

                CommitResult result = await store.Write(channel, stored?.Revision ?? 0, value);
                if (result.Outcome == CommitOutcome.Committed)
                {
                    return result.Revision;
                }
            }
            catch (StoreUnavailableException)
            {
                // Retried until the timeout.
            }
        }
    }
}
