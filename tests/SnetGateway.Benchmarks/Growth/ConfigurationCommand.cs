using System.CommandLine;
using System.Globalization;
using System.Net;
using SnetGateway.Benchmarks.Servers;

namespace SnetGateway.Benchmarks.Growth;

/// <summary>
/// What reading a configuration costs with its size: `check-config` of 2,000 services beside one service, and a changed file of 500
/// services beside one of one until it is in force. The gateways take turns within a round.
/// </summary>
internal static class ConfigurationCommand
{
    private const int ManyToCheck = 2_000, ManyToReload = 500;
    private const double MostRatio = 2.5, MostSecondsLater = 0.3;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    public static async Task<int> RunAsync(string[] args)
    {
        var folder = new Option<string>("--folder") { Required = true, Description = "Where files and logs lie." };
        var gateway = new Option<string>("--gateway") { Required = true, Description = "The published snet-gateway.dll." };
        var rounds = new Option<int>("--rounds") { DefaultValueFactory = _ => 7 };
        var check = new Option<bool>("--check") { Description = "A median above the bar is a failure." };
        var command = new RootCommand("Measures how the cost of reading a configuration grows.") { folder, gateway, rounds, check };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            (string where, string program) = (parsed.GetRequiredValue(folder), parsed.GetRequiredValue(gateway));
            int count = parsed.GetValue(rounds);
            bool holds = await CompareChecksAsync(where, program, count, cancellationToken);
            holds &= await CompareReloadsAsync(where, program, count, cancellationToken);
            return holds || !parsed.GetValue(check) ? 0 : 1;
        });
        return await command.Parse(args).InvokeAsync();
    }

    private static async Task<bool> CompareChecksAsync(string folder, string gateway, int rounds, CancellationToken cancellationToken)
    {
        IPEndPoint any = LoopbackPort.Free(), other = LoopbackPort.Free();
        string[] files = [GrowthConfiguration.Write(folder, 1, any, other), GrowthConfiguration.Write(folder, ManyToCheck, any, other)];
        var ratios = new List<double>();
        for (int round = 0; round <= rounds; round++)
        {
            var seconds = new List<double>();
            foreach (string file in files)
            {
                long start = TimeProvider.System.GetTimestamp();
                await using var process = ChildProcess.Start("check-config", folder, ["dotnet", gateway, "check-config", "--config", file]);
                int code = await process.WaitForEndAsync(s_patience, cancellationToken);
                seconds.Add(TimeProvider.System.GetElapsedTime(start).TotalSeconds);
                if (code != 0)
                {
                    throw new InvalidOperationException($"check-config ended with {code}:\n{process.Output()}");
                }
            }

            // The first pair reads the program from disk.
            if (round > 0)
            {
                ratios.Add(seconds[1] / seconds[0]);
                Print($"check-config: 1 service {seconds[0]:0.00} s, {ManyToCheck} services {seconds[1]:0.00} s, ratio {ratios[^1]:0.00}");
            }
        }

        double median = Median(ratios);
        Print($"check-config of {ManyToCheck} services to one of 1 service: {median:0.00} (bar: at most {MostRatio:0.0})");
        return median <= MostRatio;
    }

    private static async Task<bool> CompareReloadsAsync(string folder, string gateway, int rounds, CancellationToken cancellationToken)
    {
        await using ReloadingGateway few = await ReloadingGateway.StartAsync(folder, gateway, 1, cancellationToken);
        await using ReloadingGateway many = await ReloadingGateway.StartAsync(folder, gateway, ManyToReload, cancellationToken);
        double difference = 0;
        for (int round = 0; round <= rounds; round++)
        {
            double phase = (double)round / rounds;
            double one = await few.ReloadAsync(round + 2, phase, cancellationToken);
            double other = await many.ReloadAsync(round + 2, phase, cancellationToken);

            // The first reload of a process compiles.
            if (round > 0)
            {
                difference += (other - one) / rounds;
                Print($"reload in force: 1 service {one:0.00} s, {ManyToReload} services {other:0.00} s");
            }
        }

        Print($"reload of {ManyToReload} services in force later, mean: {difference:0.00} s (bar: at most {MostSecondsLater:0.0} s)");
        return difference <= MostSecondsLater;
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
