using SnetGateway.Benchmarks.Load;
using SnetGateway.Benchmarks.Payments;

namespace SnetGateway.Benchmarks.Growth;

/// <summary>
/// A restart under load with many known channels, beside the same restart with 64. The calls of each second after "ready" are counted:
/// both gateways are equally cold then.
/// </summary>
internal static class RestartCase
{
    private const int Clients = 64;
    private const int Seconds = 20;
    private const int Rounds = 3;
    private const int WarmSecond = 10;
    private const int Payments = 800_000;
    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    public static async Task<IReadOnlyList<GrowthFigure>> MeasureAsync(GrowthBench bench, int known, CancellationToken cancellationToken)
    {
        var worst = new List<double[]>();
        var later = new List<double>();
        double first = 0;
        for (int round = 0; round < Rounds; round++)
        {
            (_, double[] few) = await RestartAsync(bench, round, Clients, cancellationToken);
            (double before, double[] many) = await RestartAsync(bench, round, known, cancellationToken);
            worst.Add([.. many.Zip(few, (one, other) => one / other)]);
            later.Add(Median(many[WarmSecond..]) / before);
            first = many[0];
        }

        return
        [
            GrowthFigure.Shown("restart: calls in the first second after ready", $"{first:0}"),
            GrowthFigure.AtLeast(
                $"restart, {known} known channels: worst second, to the same second with {Clients}, median of {Rounds} rounds",
                Enumerable.Range(0, Seconds).Min(second => Median(worst.Select(round => round[second]))), 0.9, "0.00"),
            GrowthFigure.AtLeast(
                $"restart, {known} known channels: from second {WarmSecond} on, to before", Median(later), 0.9, "0.00"),
        ];
    }

    private static async Task<(double Before, double[] After)> RestartAsync(
        GrowthBench bench, int round, int known, CancellationToken cancellationToken)
    {
        Console.WriteLine($"restart with {known} known channels");
        PaymentStock[] stocks = bench.Sign($"restart-{known}", known, Payments / known);
        LoadClient[] clients = [.. Enumerable.Range(0, Clients).Select(
            client => new LoadClient([.. stocks.Where((_, index) => index % Clients == client)], true))];
        await using GrowthGateway gateway = bench.Gateway($"restart-{known}-{round}");
        await gateway.StartAsync(cancellationToken);
        LoadLoop calls = bench.Calls(gateway.EndPoint, clients);
        do
        {
            _ = calls.Run(s_second, s_second, () => default);
        }
        while (!Array.TrueForAll(clients, client => client.HasUsedEveryChannel));

        double before = Rate(calls.Run(s_warmUp, TimeSpan.FromSeconds(5), () => default));
        await gateway.StopAsync();
        await gateway.StartAsync(cancellationToken);
        double[] after = [.. Enumerable.Range(0, Seconds).Select(_ => Rate(calls.Run(TimeSpan.Zero, s_second, () => default)))];
        Console.WriteLine($"  {before:0} calls/s before; after: {string.Join(' ', after.Select(rate => $"{rate:0}"))}");
        return Array.Find(clients, client => client.Failure is not null) is { } failed
            ? throw new InvalidOperationException($"channel {failed.Stock.Channel.Id}: {failed.Failure}")
            : (before, after);
    }

    private static double Rate(PhaseResult result) => result.CallsPerSecond;

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
