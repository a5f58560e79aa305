using System.Text.Json;

namespace SnetGateway.Benchmarks.Load;

/// <summary>The result of a run, in the shape that <c>--json</c> writes.</summary>
/// <param name="Rounds">How many each server ran.</param>
/// <param name="Clients">Consumers, each with a channel of its own.</param>
/// <param name="Yarp">Bare YARP.</param>
/// <param name="Nginx">nginx.</param>
/// <param name="Gateway">The gateway, paid.</param>
/// <param name="Beside">Other builds of the gateway that took turns with it, in the order of the options.</param>
/// <param name="Ratios">The gateway to the two others, medians of each round's.</param>
/// <param name="AllocatedBytesPerCall">Bytes the gateway's runtime allocated per call, less those of bare YARP.</param>
/// <param name="ChainCallsPerCall">
/// Reads of channels per paid call while it was measured. The few questions a second by which the gateway follows the chain do not depend
/// on the calls, and are told beside it in the text.
/// </param>
/// <param name="LedgerVerified">Whether `ledger verify` found every entry right afterwards.</param>
internal sealed record LoadReport(
    int Rounds,
    int Clients,
    LoadFigures Yarp,
    LoadFigures Nginx,
    LoadFigures Gateway,
    IReadOnlyList<LoadFigures> Beside,
    LoadRatios Ratios,
    double AllocatedBytesPerCall,
    double ChainCallsPerCall,
    bool LedgerVerified)
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>The figures of a run with one client, which has bars of its own.</summary>
    public LoneClient? LoneClient { get; init; }

    private string _chainText = "";
    private IReadOnlyList<string> _besideTexts = [];

    public static LoadReport Of(
        LoadOptions options, List<PhaseResult> yarp, List<PhaseResult> nginx, List<PhaseResult> gateway,
        IReadOnlyList<List<PhaseResult>> beside, bool verified)
    {
        (LoadFigures? yarpFigures, LoadFigures? nginxFigures, LoadFigures? figures) = (LoadFigures.Of(yarp), LoadFigures.Of(nginx),
            LoadFigures.Of(gateway));
        double calls = (double)gateway.Sum(round => round.Calls);
        long questions = gateway.Sum(round => round.Server.Chain.All);
        return new LoadReport(
            options.Rounds,
            options.Clients,
            yarpFigures,
            nginxFigures,
            figures,
            [.. beside.Select(LoadFigures.Of)],
            LoadRatios.Of(gateway, yarp, nginx),
            LoadFigures.Median(gateway, round => round.AllocatedBytesPerCall) - LoadFigures.Median(
                yarp, round => round.AllocatedBytesPerCall),
            gateway.Sum(round => round.Server.Chain.ChannelReads) / calls,
            verified)
        {
            _besideTexts = [.. beside.Select((rounds, index) => BesideText(index + 1, rounds, gateway))],
            _chainText = $"{questions / gateway.Sum(round => round.Elapsed.TotalSeconds):F1} questions a second follow the chain, "
                + $"{questions / calls:F5} per call",
        };
    }

    /// <summary>One line for each bar that was missed.</summary>
    public IReadOnlyList<string> MissedBars() =>
        LoneClient is { } lone
            ? lone.MissedBars()
            : LoadBars.Missed(Ratios.CallsToYarp, Ratios.CpuToYarp, AllocatedBytesPerCall, ChainCallsPerCall, LedgerVerified);

    public void WriteJson(string file) => File.WriteAllText(file, JsonSerializer.Serialize(this, s_json) + "\n");

    public void WriteText(TextWriter output)
    {
        output.WriteLine();
        output.WriteLine($"Medians of {Rounds} rounds, {Clients} clients:");
        output.WriteLine($"{"",-10} {"calls/s",10} {"CPU us/call",12} {"p50 us",10} {"p99 us",10} {"MiB",8}");
        WriteRow(output, "bare YARP", Yarp);
        WriteRow(output, "nginx", Nginx);
        WriteRow(output, "gateway", Gateway);
        for (int index = 0; index < Beside.Count; index++)
        {
            WriteRow(output, $"beside-{index + 1}", Beside[index]);
        }

        output.WriteLine("Ratios, medians of those of each round:");
        output.WriteLine($"gateway to bare YARP: {Ratios.CallsToYarp:F2} of its calls/s, {Ratios.CpuToYarp:F2} times its CPU per call");
        output.WriteLine($"gateway to nginx:     {Ratios.CallsToNginx:F2} of its calls/s, {Ratios.CpuToNginx:F2} times its CPU per call");
        foreach (string text in _besideTexts)
        {
            output.WriteLine(text);
        }

        output.WriteLine($"allocated per call beyond bare YARP: {AllocatedBytesPerCall:F0} bytes");
        output.WriteLine($"channel reads from the chain per call: {ChainCallsPerCall:F5} ({_chainText})");
        LoneClient?.WriteText(output);
        output.WriteLine($"ledger verified: {LedgerVerified}");
    }

    private static string BesideText(int number, List<PhaseResult> beside, List<PhaseResult> gateway) =>
        $"beside-{number} to gateway:  {LoadRatios.Calls(beside, gateway):F3} of its calls/s, {LoadRatios.Cpu(beside, gateway):F3} times "
        + "its CPU per call";

    private static void WriteRow(TextWriter output, string name, LoadFigures figures) => output.WriteLine(
        $"{name,-10} {figures.CallsPerSecond,10:F0} {figures.CpuMicrosecondsPerCall,12:F1} {figures.P50Microseconds,10:F0} "
        + $"{figures.P99Microseconds,10:F0} {figures.ResidentMiB,8:F0}");
}
