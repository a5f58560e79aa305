using SnetGateway.TestKit.Processes;
using Xunit;

namespace SnetGateway.FunctionalTests.Cli;

/// <summary>
/// The load report in its shortest form: that it runs to its end and the ledger is verified. Its figures are not looked at.
/// </summary>
[Trait("Needs", "chain")]
public sealed class LoadReportTests : IDisposable
{
    /// <summary>Beside the test program and not in the system's temporary folder, which may lie in memory.</summary>
    private readonly DirectoryInfo _folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "load-report"));

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task ShortestReport_EveryServerIsMeasured_AndTheLedgerIsVerified()
    {
        string benchmarks = Repository.Existing(
            $"tests/SnetGateway.Benchmarks/bin/{Repository.Configuration}/net10.0/SnetGateway.Benchmarks.dll", "it is the load report");
        string gateway = Path.Combine(AppContext.BaseDirectory, "snet-gateway.dll");
        await using var report = ChildProcess.Start(
            "env",
            [
                $"PATH={Environment.GetEnvironmentVariable("PATH")}:/usr/sbin", "dotnet", benchmarks, "load", "--quick", "--rounds", "1",
                "--seconds", "1", "--clients", "2", "--gateway", gateway, "--beside", gateway, "--folder", _folder.FullName,
                "--signatures", _folder.FullName,
            ]);
        Assert.True(await report.WaitForExitAsync(TimeSpan.FromMinutes(2)) == 0, report.RecentOutput);
        foreach (string expected in (string[])["bare YARP", "nginx", "gateway", "beside-1 to gateway", "ledger verified: True"])
        {
            Assert.Contains(expected, report.RecentOutput, StringComparison.Ordinal);
        }
    }
}
