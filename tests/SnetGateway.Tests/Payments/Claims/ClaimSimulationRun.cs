using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using SnetGateway.Payments.Records;
using SnetGateway.Storage;
using SnetGateway.Storage.Etcd;
using SnetGateway.Storage.Memory;
using SnetGateway.TestKit.Claims;
using SnetGateway.TestKit.Etcd;
using SnetGateway.TestKit.Payments;
using SnetGateway.TestKit.Stores;
using SnetGateway.Tests.Storage;
using SnetGateway.Tests.Storage.Etcd;

namespace SnetGateway.Tests.Payments.Claims;

/// <summary>
/// The long forms of the simulations of claims, started by tests/campaigns/claims.sh: one gateway on SQLite, or several on etcd.
/// </summary>
internal static class ClaimSimulationRun
{
    public const string Name = "claim-simulation", Race = "claim-race";

    private const int Replicas = 3, RacingReplicas = 2;

    /// <summary>Gateways that claim and are killed.</summary>
    public static Task<int> RunAsync(string store, int blocks, int kills, int seed) =>
        RunAsync(store, [new MemoryRecordStore()], Replicas, seed, stores =>
        {
            var simulation = new ClaimSimulation(stores, seed);
            return (() => simulation.RunAsync(blocks, kills), simulation.Events);
        });

    /// <summary>Two claimers of the same channels.</summary>
    public static Task<int> RaceAsync(string store, int rounds, int seed)
    {
        var shared = new ScriptedStore { IsShared = true };
        return RunAsync(store, [shared, shared], RacingReplicas, seed, stores =>
        {
            var random = new Random(seed);
            var race = new ClaimRace(stores, random);
            return (() => Task.FromResult(RandomTurns.Run(random, race.PassTime, () => race.RunAsync(rounds))), race.Events);
        });
    }

    private static async Task<int> RunAsync(
        string store, IRecordStore[] inMemory, int replicas, int seed,
        Func<IRecordStore[], (Func<Task<string>> RunAsync, IReadOnlyCollection<string> Events)> create)
    {
        await using EtcdProcess? etcd = store == "etcd" ? await EtcdProcess.StartAsync() : null;
        using LedgerFolder? folder = store == "sqlite" ? new LedgerFolder() : null;
        IRecordStore[] stores = store switch
        {
            "memory" => inMemory,
            "sqlite" => [folder!.Open()],
            "etcd" => Open(etcd!, replicas),
            _ => throw new ArgumentException($"there is no store '{store}': memory, sqlite or etcd", nameof(store)),
        };
        (Func<Task<string>> runAsync, IReadOnlyCollection<string> events) = create(stores);
        try
        {
            string done = await runAsync();
            Console.WriteLine($"{store}, seed {seed.ToString(CultureInfo.InvariantCulture)}: {done}, 0 breaks");
            return 0;
        }
        catch (StoreConformanceException exception)
        {
            Console.WriteLine($"BROKEN {store}, seed {seed.ToString(CultureInfo.InvariantCulture)}: {exception.Message}");
            foreach (string line in events.TakeLast(50))
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

    private static IRecordStore[] Open(EtcdProcess etcd, int replicas)
    {
        string prefix = EtcdLedger.NewPrefix();
        return
        [
            .. Enumerable.Range(0, replicas).Select(_ =>
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
