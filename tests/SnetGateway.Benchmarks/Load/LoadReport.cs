using System.Text.Json;

namespace SnetGateway.Benchmarks.Load;

/// <summary>The result of a run, in the shape that <c>--json</c> writes. What needs the gateway is null in a run without it.</summary>
internal sealed record LoadReport(
    int Rounds,
    int Clients,
    LoadFigures Yarp,
    LoadFigures Nginx,
    LoadFigures? Gateway,
    LoadRatios? Ratios,
    double? AllocatedBytesPerCall,
    double? ChainCallsPerCall,
    bool? LedgerVerified)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public void WriteJson(string file) => File.WriteAllText(file, JsonSerializer.Serialize(this, Json) + "\n");

    public void WriteText(TextWriter output)
    {
        output.WriteLine();
        output.WriteLine($"Medians of {Rounds} rounds, {Clients} clients:");
        output.WriteLine($"{"",-10} {"calls/s",10} {"CPU us/call",12} {"p50 us",10} {"p99 us",10} {"MiB",8}");
        WriteRow(output, "bare YARP", Yarp);
        WriteRow(output, "nginx", Nginx);
        if (Gateway is not null && Ratios is not null)
        {
            WriteRow(output, "gateway", Gateway);
            output.WriteLine($"gateway to bare YARP: {Ratios.CallsToYarp:F2} of its calls/s, {Ratios.CpuToYarp:F2} times its CPU per call");
            output.WriteLine($"gateway to nginx:     {Ratios.CallsToNginx:F2} of its calls/s, {Ratios.CpuToNginx:F2} times its CPU per call");
            output.WriteLine($"allocated per call beyond bare YARP: {AllocatedBytesPerCall:F0} bytes");
            output.WriteLine($"chain calls per call: {ChainCallsPerCall}");
            output.WriteLine($"ledger verified: {LedgerVerified}");
        }
        else
        {
            output.WriteLine(
                $"nginx to bare YARP: {Nginx.CallsPerSecond / Yarp.CallsPerSecond:F2} of its calls/s, "
                + $"{Nginx.CpuMicrosecondsPerCall / Yarp.CpuMicrosecondsPerCall:F2} times its CPU per call");
        }
    }

    private static void WriteRow(TextWriter output, string name, LoadFigures figures) => output.WriteLine(
        $"{name,-10} {figures.CallsPerSecond,10:F0} {figures.CpuMicrosecondsPerCall,12:F1} {figures.P50Microseconds,10:F0} "
        + $"{figures.P99Microseconds,10:F0} {figures.ResidentMiB,8:F0}");
}
