using System.Globalization;
using SnetGateway.Benchmarks.Load;
using SnetGateway.Benchmarks.Start;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Tidy;

/// <summary>What the load report and the start campaign fail at with --check, and that docs/performance.md names the same bars.</summary>
public sealed class PerformanceBarTests
{
    [Theory]
    [InlineData(0.55, 2.2, 2048, 0.001, true, null)]
    [InlineData(0.549, 2.2, 2048, 0.001, true, "missed: calls/s to bare YARP's: 0.549, the bar is at least 0.55")]
    [InlineData(0.55, 2.21, 2048, 0.001, true, "missed: CPU a call to bare YARP's: 2.21, the bar is at most 2.2")]
    [InlineData(0.55, 2.2, 2049, 0.001, true, "missed: bytes allocated a call beyond bare YARP: 2049, the bar is at most 2048")]
    [InlineData(0.55, 2.2, 2048, 0.0011, true, "missed: channel reads from the chain a call: 0.0011, the bar is at most 0.001")]
    [InlineData(0.55, 2.2, 2048, 0.001, false, "missed: the ledger did not verify")]
    public void Load_EachBarIsNamedWhenItIsMissed_AndOnlyThen(
        double calls, double cpu, double bytes, double reads, bool verified, string? missed) =>
        Assert.Equal(missed is null ? [] : [missed], LoadBars.Missed(calls, cpu, bytes, reads, verified));

    [Fact]
    public void Load_FiguresThatAreNone_MissTheirBars() =>
        Assert.Equal(4, LoadBars.Missed(double.NaN, double.NaN, double.NaN, double.NaN, ledgerVerified: true).Count);

    [Theory]
    [InlineData(1_500, null)]
    [InlineData(1_501, "missed: start to ready, ledger empty, chain silent: 1501 ms, the bar is at most 1500 ms")]
    public void Start_MedianAboveTheBar_IsNamed(int milliseconds, string? missed) =>
        Assert.Equal(missed, StartBar.Missed("empty", "silent", TimeSpan.FromMilliseconds(milliseconds)));

    [Fact]
    public void Page_NamesTheSameBars()
    {
        string page = RepositoryFiles.Read("docs/performance.md");
        foreach (string bar in (string[])
        [
            string.Create(CultureInfo.InvariantCulture, $"| at least {LoadBars.LeastCallsToYarp} |"),
            string.Create(CultureInfo.InvariantCulture, $"| at most {LoadBars.MostCpuToYarp} |"),
            string.Create(CultureInfo.InvariantCulture, $"| at most {LoadBars.MostAllocatedBytes:N0} bytes |"),
            string.Create(CultureInfo.InvariantCulture, $"| at most {LoadBars.MostChainReads} |"),
            string.Create(CultureInfo.InvariantCulture, $"The bar is {StartBar.Most.TotalSeconds} s"),
        ])
        {
            Assert.Contains(bar, page, StringComparison.Ordinal);
        }
    }
}
