using System.Diagnostics;
using System.Globalization;
using SnetGateway.TestKit.Etcd;
using SnetGateway.TestKit.Stores;
using SnetGateway.TestKit.Stores.Model;

namespace SnetGateway.Tests.Storage.Model;

/// <summary>
/// The long form of the store model and of the payment model, started by tests/campaigns/store-model.sh: runs histories until a number of
/// operations is reached.
/// </summary>
internal static class StoreModelRun
{
    public const string Name = "store-model";
    public const string Payments = "payment-model";

    /// <summary>Histories on one ledger before a new one is opened.</summary>
    private const int HistoriesOfALedger = 400;

    public static async Task<int> RunAsync(string model, string store, long operations, int seed)
    {
        bool ofPayments = model == Payments;
        await using RedisProcess? redis = store == "redis" ? await RedisProcess.StartAsync() : null;
        await using EtcdProcess? etcd = store == "etcd" ? await EtcdProcess.StartAsync() : null;
        var clock = Stopwatch.StartNew();
        ModelCounts all = default;
        int histories = 0, ledgers = 0;
        var nextLine = TimeSpan.FromSeconds(10);
        try
        {
            while (all.Operations < operations)
            {
                await using ModelLedger ledger = Open();
                for (int i = 0; i < HistoriesOfALedger && all.Operations < operations;)
                {
                    // In memory one history after the other, so that its seed alone decides it; otherwise several concurrently, which share
                    // syncs.
                    int together = ofPayments ? 24 : store == "memory" ? 1 : 8;
                    int first = histories;
                    foreach (ModelCounts counts in await Task.WhenAll(
                        Enumerable.Range(0, together).Select(k => ofPayments
                            ? ledger.RunPaymentsAsync(unchecked(seed + first + k))
                            : ledger.RunAsync(unchecked(seed + first + k)))))
                    {
                        all += counts;
                    }

                    histories += together;
                    i += together;
                    if (clock.Elapsed > nextLine)
                    {
                        Report("so far");
                        nextLine = clock.Elapsed + TimeSpan.FromSeconds(30);
                    }
                }

                if (ofPayments)
                {
                    await ledger.VerifyPaymentsAsync();
                }
            }
        }
        catch (StoreConformanceException exception)
        {
            Report("BROKEN after");
            Console.WriteLine(exception.Message);
            return 1;
        }

        Report("done:");
        Console.WriteLine($"{store}: {all.Operations} operations, 0 breaks");
        return 0;

        void Report(string what) => Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what} {store}, seed {seed}: {histories} histories in {clock.Elapsed.TotalSeconds:F0} s: {all}"));

        ModelLedger Open() => store switch
        {
            "memory" => ModelLedger.Memory(),
            "sqlite" => ModelLedger.Sqlite(seed),
            "redis" => ModelLedger.Redis(redis!, $"model-{ledgers++}", seed),
            "etcd" => ModelLedger.Etcd(etcd!, seed),
            _ => throw new ArgumentException($"there is no store '{store}': memory, sqlite, redis or etcd", nameof(store)),
        };
    }
}
