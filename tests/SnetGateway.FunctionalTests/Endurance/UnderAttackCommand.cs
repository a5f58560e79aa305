using System.Globalization;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Processes;

namespace SnetGateway.FunctionalTests.Endurance;

/// <summary>
/// Measures honest clients under each attack, beside the same attack on a dummy; tests/campaigns/adversarial.sh describes it.
/// </summary>
internal static class UnderAttackCommand
{
    public const string Name = "under-attack";

    private const double MinGrantedPercent = 99;
    private const double MaxRatio = 2;

    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(4);

    /// <param name="arguments">Seconds of each measurement, and a text that the names of the attacks contain.</param>
    /// <param name="output">Gets the table.</param>
    /// <returns>0 when each figure is within its bar, 1 when one is not, 2 for wrong usage.</returns>
    public static async Task<int> RunAsync(string[] arguments, TextWriter output)
    {
        if (arguments is not [string text, string only] || !double.TryParse(text, CultureInfo.InvariantCulture, out double seconds)
            || AttackTraffic.All.Where(attack => attack.Name.Contains(only, StringComparison.Ordinal)).ToArray() is not [_, ..] attacks)
        {
            await output.WriteLineAsync("under-attack SECONDS TEXT-OF-NAMES");
            return 2;
        }

        await using DevChain chain = await DevChain.StartAsync();
        await using AttackedGateway gateway = await AttackedGateway.StartAsync(chain);
        await using ChildProcess dummy = AttackedGateway.Start([DummyServer.Name]);
        string dummyAddress = await dummy.WaitForLineAsync(_ => true);
        double rate = await gateway.MeasureAsync(TimeSpan.FromSeconds(5));
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"honest clients at {rate:0} calls a second, {seconds} s for each after {s_warmUp.TotalSeconds} s; "
            + $"bars: {MinGrantedPercent} % granted, p99 at most {MaxRatio} times that beside the dummy, {AttackedGateway.MaxMiB} MiB\n"));
        await output.WriteLineAsync(
            "| attack | granted | p99 | p99, the dummy attacked | ratio | p99 in the first seconds | memory at most | |");
        await output.WriteLineAsync("|---|---|---|---|---|---|---|---|");
        bool isWithinBars = true;
        foreach (AttackTraffic attack in attacks)
        {
            var time = TimeSpan.FromSeconds(seconds);
            HonestFigures beside = (await gateway.RunAsync(attack, dummyAddress, s_warmUp, time)).Honest;
            (HonestFigures first, HonestFigures under, double most) =
                await gateway.RunAsync(attack, gateway.Gateway.Endpoint, s_warmUp, time);
            double granted = Math.Min(first.GrantedPercent, under.GrantedPercent);
            double ratio = under.P99Milliseconds / beside.P99Milliseconds;
            bool isMet = granted >= MinGrantedPercent && ratio <= MaxRatio && most <= AttackedGateway.MaxMiB;
            isWithinBars &= isMet;
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"| {attack.Name} | {granted:0.00} % of {first.Calls.Count + under.Calls.Count:N0} | {under.P99Milliseconds:0.0} ms "
                + $"| {beside.P99Milliseconds:0.0} ms | {ratio:0.00} | {first.P99Milliseconds:0.0} ms | {most:0} MiB "
                + $"| {(isMet ? "met" : "MISSED")} |"));
        }

        return isWithinBars ? 0 : 1;
    }
}
