using BenchmarkDotNet.Attributes;
using SnetGateway.Payments.Values;

namespace SnetGateway.Benchmarks.Micro;

/// <summary>Reading the numbers of a payment: three per paid call.</summary>
public class AmountBenchmarks
{
    [Params("7", "340282366920938463463374607431768211456")]
    public string Text { get; set; } = "";

    [Benchmark]
    public bool ReadDecimal() => UInt256.TryParse(Text, out _);
}
