using System.CommandLine;
using System.Globalization;
using System.Net;
using SnetGateway.Benchmarks.Market;
using SnetGateway.Benchmarks.Servers;
using SnetGateway.TestKit.Etcd;
using SnetGateway.TestKit.Stores;

namespace SnetGateway.Benchmarks.Growth;

/// <summary>
/// What a gateway without calls uses: requests to its node, whose chain makes a block each 12 s, writes, and CPU beside bare YARP's.
/// With SQLite, and with etcd and Redis, whose own writes count.
/// </summary>
internal static class IdleCommand
{
    private const double MostCalls = 15, MostKiB = 50, MostCpuBeyondYarp = 100;

    /// <summary>By then also the code that runs once for each block was compiled again (it is after thirty runs).</summary>
    private static readonly TimeSpan s_warmUp = TimeSpan.FromMinutes(7);

    public static async Task<int> RunAsync(string[] args)
    {
        var folder = new Option<string>("--folder") { Required = true, Description = "Where ledgers and logs lie." };
        var gateway = new Option<string>("--gateway") { Required = true, Description = "The published snet-gateway.dll." };
        var minutes = new Option<int>("--minutes") { DefaultValueFactory = _ => 3 };
        var stores = new Option<string[]>("--stores")
        {
            DefaultValueFactory = _ => ["sqlite", "etcd", "redis"],
            AllowMultipleArgumentsPerToken = true,
        };
        var check = new Option<bool>("--check") { Description = "A figure above its bar is a failure." };
        var command = new RootCommand("Measures an idle gateway.") { folder, gateway, minutes, stores, check };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            bool holds = await MeasureAsync(
                parsed.GetRequiredValue(folder), parsed.GetRequiredValue(gateway), parsed.GetValue(minutes), parsed.GetValue(stores)!,
                cancellationToken);
            return holds || !parsed.GetValue(check) ? 0 : 1;
        });
        return await command.Parse(args).InvokeAsync();
    }

    private static async Task<bool> MeasureAsync(
        string folder, string gateway, int minutes, string[] stores, CancellationToken cancellationToken)
    {
        await using EtcdProcess? etcd = stores.Contains("etcd") ? await EtcdProcess.StartAsync() : null;
        await using RedisProcess? redis = stores.Contains("redis") ? await RedisProcess.StartAsync() : null;
        await using LoadMarket market = await LoadMarket.StartAsync(1, cancellationToken, "interval:12");
        IPEndPoint service = LoopbackPort.Free();
        await using ChildProcess yarp = StartYarp(folder, service);
        var idle = new List<IdleGateway>();
        try
        {
            foreach (string store in stores)
            {
                (string? address, int? pid) = store switch
                {
                    "etcd" => (etcd!.Endpoint, etcd.Process.Pid),
                    "redis" => (redis!.Endpoint, redis.Pid),
                    _ => ((string?)null, (int?)null),
                };
                idle.Add(await IdleGateway.StartAsync(folder, gateway, store, address, pid, market, service, cancellationToken));
            }

            await Task.Delay(s_warmUp, cancellationToken);
            TimeSpan yarpBefore = ProcFiles.Cpu(yarp.Id);
            IdleFigures[] before = [.. idle.Select(one => one.Measure())];
            await Task.Delay(TimeSpan.FromMinutes(minutes), cancellationToken);
            double yarpCpu = (ProcFiles.Cpu(yarp.Id) - yarpBefore).TotalMilliseconds / minutes;
            bool holds = true;
            Print($"bare YARP: {yarpCpu:0} ms CPU a minute, idle for {minutes} minutes");
            for (int i = 0; i < idle.Count; i++)
            {
                IdleFigures used = idle[i].Measure() - before[i];
                (double calls, double kib, double cpu) =
                    (used.ChainCalls / (double)minutes, used.WrittenBytes / 1024.0 / minutes, used.Cpu.TotalMilliseconds / minutes);
                Print($"{idle[i].Store}, a minute: {calls:0.0} calls to the node (bar: {MostCalls})");
                Print($"{idle[i].Store}, a minute: {kib:0.0} KiB written (bar: less than {MostKiB})");
                Print($"{idle[i].Store}, a minute: {cpu:0} ms CPU (bar: {yarpCpu + MostCpuBeyondYarp:0})");
                holds &= calls <= MostCalls && kib < MostKiB && cpu <= yarpCpu + MostCpuBeyondYarp;
            }

            return holds;
        }
        finally
        {
            foreach (IdleGateway one in idle)
            {
                await one.DisposeAsync();
            }
        }
    }

    private static ChildProcess StartYarp(string folder, IPEndPoint service)
    {
        string own = typeof(IdleCommand).Assembly.Location;
        return ChildProcess.Start("bare-yarp", folder, ["dotnet", own, "bare-yarp", LoopbackPort.Free().ToString(), service.ToString()]);
    }

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
