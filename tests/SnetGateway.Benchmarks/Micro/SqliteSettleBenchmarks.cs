using System.Diagnostics.Metrics;
using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using SnetGateway.Payments.Admission;
using SnetGateway.Payments.Refusal;
using SnetGateway.Storage;
using SnetGateway.Storage.Sqlite;

namespace SnetGateway.Benchmarks.Micro;

/// <summary>
/// One payment at a time, down to the disk: the time is that of a sync, which a busy gateway shares among all payments that wait; what
/// counts here is what it allocates.
/// </summary>
public class SqliteSettleBenchmarks
{
    private string _folder = "";
    private SqliteRecordStore? _store;
    private HotChannel? _channel;

    [GlobalSetup]
    public void Open()
    {
        _folder = Directory.CreateTempSubdirectory("snet-gateway-micro-").FullName;
        var metrics = new StorageMetrics(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());
        _store = new SqliteRecordStore(
            new LedgerOptions { Path = Path.Combine(_folder, "ledger.db") },
            new LedgerScope(31337, HotChannel.Escrow),
            metrics,
            NullLogger<SqliteRecordStore>.Instance,
            TimeProvider.System);
        _channel = new HotChannel(_store);
    }

    [GlobalCleanup]
    public async Task CloseAsync()
    {
        await _store!.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Benchmark]
    public async Task<bool> AdmitAndSettle()
    {
        AdmissionResult admission = await _channel!.Payments.AdmitAsync(_channel.NextPayment(), _channel.Call, CancellationToken.None);
        PaymentRefusal? refusal = await admission.Reservation!.SettleAsync();
        return refusal is null ? true : throw new InvalidOperationException(refusal.ToString());
    }
}
