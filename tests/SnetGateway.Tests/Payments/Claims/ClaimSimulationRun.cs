using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using SnetGateway.Payments.Records;
using SnetGateway.Storage;
using SnetGateway.Storage.Etcd;
using SnetGateway.Storage.Memory;
using SnetGateway.TestKit.Claims;
using SnetGateway.TestKit.Etcd;
using SnetGateway.TestKit.Stores;
using SnetGateway.Tests.Storage;
using SnetGateway.Tests.Storage.Etcd;

namespace SnetGateway.Tests.Payments.Claims;

/// <summary>
/// The long form of the simulation of claims, started by tests/campaigns/claims.sh: one gateway on SQLite, or three on etcd.
/// </summary>
internal static class ClaimSimulationRun
{
    public const string Name = "claim-simulation";

    private const int Replicas = 3;

    public static async Task<int> RunAsync(string store, int blocks, int kills, int seed)
    {
        await using EtcdProcess? etcd = store == "etcd" ? await EtcdProcess.StartAsync() : null;
        using LedgerFolder? folder = store == "sqlite" ? new LedgerFolder() : null;
        IRecordStore[] stores = store switch
        {
            "memory" => [new MemoryRecordStore()],
            "sqlite" => [folder!.Open()],
            "etcd" => Open(etcd!),
            _ => throw new ArgumentException($"there is no store '{store}': memory, sqlite or etcd", nameof(store)),
        };
        var simulation = new ClaimSimulation(stores, seed);
        try
        {
            string done = await simulation.RunAsync(blocks, kills);
            Console.WriteLine($"{store}, seed {seed.ToString(CultureInfo.InvariantCulture)}: {done}, 0 breaks");
            return 0;
        }
        catch (StoreConformanceException exception)
        {
            Console.WriteLine($"BROKEN {store}, seed {seed.ToString(CultureInfo.InvariantCulture)}: {exception.Message}");
            foreach (string line in simulation.Events.TakeLast(50))
            {
                Console.WriteLine(line);
            }

            return 1;
        }
        finally
        {
            foreach (IRecordStore one in stores)
            {
                await one.DisposeAsync();
            }
        }
    }

    private static IRecordStore[] Open(EtcdProcess etcd)
    {
        string prefix = EtcdLedger.NewPrefix();
        return
        [
            .. Enumerable.Range(0, Replicas).Select(_ =>
            {
                LedgerOptions options = EtcdLedger.Options(etcd.Endpoint);
                options.Etcd.KeyPrefix = prefix;
                Directory.CreateDirectory(options.Journal.Path);
                return new EtcdRecordStore(
                    options, LedgerFolder.Scope, LedgerFolder.Metrics, NullLogger<EtcdRecordStore>.Instance, TimeProvider.System);
            }),
        ];
    }
}
