using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using SnetGateway.Gateway.Limits;
using SnetGateway.Payments.Limits;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;
using SnetGateway.Storage;
using SnetGateway.Storage.Etcd;
using SnetGateway.Storage.Memory;

namespace SnetGateway.Benchmarks.Limits;

/// <summary>
/// The verb <c>rates</c>: how many calls a rate accepts while more come than it takes, alone and shared over three replicas, beside what it
/// says. Counts calls in this process; the replicas of the shared rate are on an etcd, if one is named, otherwise on a store in memory.
/// </summary>
internal static class RatesCommand
{
    private const int Callers = 16;
    private const double Bar = 0.05;

    /// <returns>0, or 1 when a rate was missed by more than the bar and <c>--check</c> was given.</returns>
    public static Task<int> RunAsync(string[] args)
    {
        var seconds = new Option<int>("--seconds") { DefaultValueFactory = _ => 10 };
        var etcd = new Option<string?>("--etcd") { Description = "Client URL of an etcd for the shared rates." };
        var check = new Option<bool>("--check") { Description = "A missed bar is a failure." };
        var command = new RootCommand("Measures how exactly rates are kept.") { seconds, etcd, check };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            bool isKept = true;
            foreach (int calls in (int[])[100, 1_000])
            {
                foreach (bool isShared in (bool[])[false, true])
                {
                    double share = await MeasureAsync(
                        calls, isShared, parsed.GetValue(seconds), parsed.GetValue(etcd), cancellationToken);
                    string where = isShared ? "shared by 3 replicas" : "one replica";
                    Console.WriteLine($"{calls,5} calls/s, {where,-20}: {share:F4} of the rate was accepted");
                    isKept &= Math.Abs(share - 1) <= Bar;
                }
            }

            return isKept || !parsed.GetValue(check) ? 0 : 1;
        });
        return command.Parse(args).InvokeAsync();
    }

    private static async Task<double> MeasureAsync(
        int calls, bool isShared, int seconds, string? etcd, CancellationToken cancellationToken)
    {
        TimeProvider time = TimeProvider.System;
        var key = new RecordKey(RecordKind.LimitPart, Guid.NewGuid().ToByteArray());
        int burst = isShared ? 0 : calls / 10;
        var options = new RateOptions { Calls = calls, Burst = burst, Shared = isShared };
        IRecordStore[] stores = isShared ? Stores(etcd) : [];
        RateLimit[] replicas = isShared
            ? [.. stores.Select(store => new RateLimit("rate", options, _ => new PartedLimit(store, key, time)))]
            : [new RateLimit("rate", options, _ => throw new InvalidOperationException("not shared"))];

        // Whole seconds of the clock, which are the periods of a shared rate.
        DateTimeOffset now = time.GetUtcNow(), begin = now.AddTicks(TimeSpan.TicksPerSecond - (now.UtcTicks % TimeSpan.TicksPerSecond));
        await Task.Delay(begin - now, time, cancellationToken);
        DateTimeOffset end = begin.AddSeconds(seconds);
        int[] accepted = await Task.WhenAll(
            Enumerable.Range(0, Callers).Select(caller => CallAsync(replicas[caller % replicas.Length], end, time)));
        foreach (IRecordStore store in stores.Distinct())
        {
            await store.DisposeAsync();
        }

        return (accepted.Sum() - burst) / ((double)calls * seconds);
    }

    private static async Task<int> CallAsync(RateLimit rate, DateTimeOffset end, TimeProvider time)
    {
        int accepted = 0;
        for (DateTimeOffset now = time.GetUtcNow(); now < end; now = time.GetUtcNow())
        {
            bool isAccepted = rate.IsShared
                ? (await rate.TakeSharedAsync(default, now, CancellationToken.None)).Outcome == PartOutcome.Taken
                : rate.Take(default, out _) is null;
            accepted += isAccepted ? 1 : 0;
            if (!isAccepted)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(1), time);
            }
        }

        return accepted;
    }

    private static IRecordStore[] Stores(string? etcd)
    {
        if (etcd is null)
        {
            var store = new MemoryRecordStore();
            return [store, store, store];
        }

        var options = new LedgerOptions
        {
            Store = "etcd",
            Etcd = new EtcdOptions { Endpoints = [etcd] },
            Journal = new JournalOptions { Path = Path.Combine(Path.GetTempPath(), "snet-gateway-rates") }, // limits have no journal
        };
        var scope = new LedgerScope(1, new Address(new byte[Address.Size]));
        return [.. Enumerable.Range(0, 3).Select(_ => new EtcdRecordStore(
            options, scope, new StorageMetrics(new NoMeters()), NullLogger<EtcdRecordStore>.Instance, TimeProvider.System))];
    }

    private sealed class NoMeters : System.Diagnostics.Metrics.IMeterFactory
    {
        public System.Diagnostics.Metrics.Meter Create(System.Diagnostics.Metrics.MeterOptions options) => new(options);

        public void Dispose()
        {
        }
    }
}
