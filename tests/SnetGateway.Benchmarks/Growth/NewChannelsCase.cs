using SnetGateway.Benchmarks.Load;
using SnetGateway.Benchmarks.Market;

namespace SnetGateway.Benchmarks.Growth;

/// <summary>The first call of many channels at the same moment: the gateway has to read each of them.</summary>
internal static class NewChannelsCase
{
    public static async Task<IReadOnlyList<GrowthFigure>> MeasureAsync(
        GrowthBench bench, int channels, CancellationToken cancellationToken)
    {
        Console.WriteLine($"{channels} new channels at the same moment");
        LoadClient[] clients = [.. bench.Sign("new-channels", channels, 1).Select(stock => new LoadClient([stock], true))];
        await using GrowthGateway gateway = bench.Gateway("new-channels");
        await gateway.StartAsync(cancellationToken);
        ChainCalls before = bench.ChainCalls;
        long start = bench.Time.GetTimestamp();
        _ = bench.Calls(gateway.EndPoint, clients).Run(TimeSpan.FromMinutes(1), TimeSpan.Zero, () => default);
        TimeSpan elapsed = bench.Time.GetElapsedTime(start);
        ChainCalls asked = bench.ChainCalls - before;
        return
        [
            GrowthFigure.AtMost($"{channels} new channels: refused", clients.Count(client => !client.HasRunOut), 0, "0"),
            GrowthFigure.AtMost($"{channels} new channels: until all are served", elapsed.TotalSeconds, 3, "0.0", " s"),
            GrowthFigure.AtMost($"{channels} new channels: HTTP requests to the node", asked.Requests, 40, "0"),
            GrowthFigure.Shown($"{channels} new channels: JSON-RPC calls to the node", $"{asked.All}"),
        ];
    }
}
