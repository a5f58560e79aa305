using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace SnetGateway.Benchmarks.Micro;

/// <summary>
/// The verb <c>micro</c>: the micro benchmarks, all or those that <c>--filter</c> names, held to their allocation budgets.
/// </summary>
internal static class MicroCommand
{
    /// <returns>0 when every step keeps to its budget, else 1.</returns>
    public static int Run(string[] arguments)
    {
        // In this process: a build per benchmark would take longer than the measurement.
        ManualConfig config = DefaultConfig.Instance
            .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
            .AddDiagnoser(MemoryDiagnoser.Default)
            .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "snet-gateway-micro"));
        string[] filtered = arguments.Length == 0 ? ["--filter", "*"] : arguments;
        IEnumerable<Summary> summaries = BenchmarkSwitcher.FromAssembly(typeof(MicroCommand).Assembly).Run(filtered, config);
        return AllocationBudgets.Read().Report(summaries, Console.Out) ? 0 : 1;
    }
}
