using SnetGateway.Benchmarks.Load;
using SnetGateway.Benchmarks.Payments;

namespace SnetGateway.Benchmarks.Growth;

/// <summary>A start after many blocks were missed, with the staleness bound over.</summary>
internal static class MissedBlocksCase
{
    public const int Channels = 200;
    private static readonly TimeSpan s_bound = TimeSpan.FromSeconds(5);

    public static async Task<IReadOnlyList<GrowthFigure>> MeasureAsync(GrowthBench bench, int blocks, CancellationToken cancellationToken)
    {
        Console.WriteLine($"{blocks} missed blocks, {Channels} known channels");
        PaymentStock[] stocks = bench.Sign("missed-blocks", Channels, 1);
        LoadClient[] clients = [.. stocks.Select(stock => new LoadClient([stock], true))];
        await using GrowthGateway gateway = bench.Gateway("missed-blocks", ("StalenessBound", s_bound.ToString()));
        await gateway.StartAsync(cancellationToken);
        _ = bench.Calls(gateway.EndPoint, clients).Run(TimeSpan.FromMinutes(1), TimeSpan.Zero, () => default);
        await gateway.StopAsync();
        await bench.AppendBlocksAsync(blocks);
        await Task.Delay(s_bound, bench.Time, cancellationToken);

        TimeSpan ready = await gateway.StartAsync(cancellationToken);
        Array.ForEach(clients, client => client.Continue(2));
        long start = bench.Time.GetTimestamp();
        _ = bench.Calls(gateway.EndPoint, clients).Run(TimeSpan.FromMinutes(1), TimeSpan.Zero, () => default);
        return
        [
            GrowthFigure.AtMost($"{blocks} missed blocks: ready after", ready.TotalSeconds, 10, "0.0", " s"),
            GrowthFigure.AtMost(
                $"{blocks} missed blocks: refused once ready", clients.Count(client => !client.HasRunOut), 0, "0"),
            GrowthFigure.Shown(
                $"{blocks} missed blocks: until {Channels} channels are served", $"{bench.Time.GetElapsedTime(start).TotalSeconds:0.0} s"),
        ];
    }
}
