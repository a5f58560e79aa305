using System.Text.Json;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace SnetGateway.Benchmarks.Micro;

/// <summary>How many bytes each hot step may allocate. The figures stand in <c>allocation-budgets.json</c>, by benchmark.</summary>
/// <remarks>A new hot step is one benchmark class and one line in that file; a step without a line fails the run.</remarks>
internal sealed class AllocationBudgets(IReadOnlyDictionary<string, long> bytes)
{
    public static AllocationBudgets Read() =>
        new(JsonSerializer.Deserialize<Dictionary<string, long>>(
            File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "allocation-budgets.json")))!);

    /// <summary>Writes what each step allocates beside what it may, and tells whether all keep to it.</summary>
    public bool Report(IEnumerable<Summary> summaries, TextWriter output)
    {
        bool kept = true;
        foreach (BenchmarkReport? report in summaries.SelectMany(summary => summary.Reports))
        {
            Descriptor descriptor = report.BenchmarkCase.Descriptor;
            string step = $"{descriptor.Type.Name}.{descriptor.WorkloadMethod.Name}";
            long? allocated = report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase);
            bool budgeted = bytes.TryGetValue(step, out long budget);
            bool within = report.Success && budgeted && allocated <= budget;
            output.WriteLine($"{(within ? "ok  " : "OVER")} {step} {report.BenchmarkCase.Parameters.DisplayInfo}: {allocated} of "
                + $"{(budgeted ? budget : "no budget")} bytes");
            kept &= within;
        }

        return kept;
    }
}
