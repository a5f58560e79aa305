using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using SnetGateway.TestKit.Processes;

namespace SnetGateway.TestKit.Monitoring;

/// <summary>Debian's Prometheus on a free loopback port, which scrapes one gateway and evaluates alert rules each second.</summary>
public sealed class PrometheusProcess : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-prometheus-");
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(10) };
    private ChildProcess? _process;
    private Uri? _address;

    private PrometheusProcess()
    {
    }

    /// <summary>Starts it and waits until it has scraped once.</summary>
    /// <param name="target">The operator's listener of the gateway.</param>
    /// <param name="rules">A file of alert rules; null for none.</param>
    public static async Task<PrometheusProcess> StartAsync(Uri target, string? rules = null)
    {
        FastRun.Refuse("prometheus");
        var prometheus = new PrometheusProcess();
        try
        {
            await prometheus.RunAsync(target, rules);
            return prometheus;
        }
        catch
        {
            await prometheus.DisposeAsync();
            throw;
        }
    }

    /// <summary>Checks a page of metrics with promtool.</summary>
    /// <returns>What it reports: empty when it has nothing to say.</returns>
    public static async Task<string> CheckAsync(string metrics)
    {
        FastRun.Refuse("prometheus");
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, metrics);
            await using var tool = ChildProcess.Start("/bin/sh", ["-c", "promtool check metrics <\"$0\"", file]);
            int code = await tool.WaitForExitAsync();
            const int Advice = 3; // what it says of the names of the runtime's own instruments is left out
            IEnumerable<string> lines = tool.RecentOutput.Split('\n').Where(
                line => line.Length > 0 && !line.StartsWith("dotnet_", StringComparison.Ordinal));
            return code is 0 or Advice ? string.Join('\n', lines) : $"exit code {code}\n{tool.RecentOutput}";
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Checks a file with promtool.</summary>
    /// <param name="what">`rules` for a file of rules, `test` for one of their unit tests.</param>
    /// <param name="file">Its path.</param>
    /// <returns>What it reports: empty when it has nothing to say.</returns>
    public static async Task<string> CheckAsync(string what, string file)
    {
        FastRun.Refuse("prometheus");
        await using var tool = ChildProcess.Start("promtool", [.. what == "test" ? (string[])["test", "rules"] : ["check", what], file]);
        return await tool.WaitForExitAsync() == 0 ? "" : tool.RecentOutput;
    }

    /// <summary>The values of the series that an expression selects now, added; null without one.</summary>
    public async Task<double?> QueryAsync(string expression)
    {
        using JsonDocument answer = (await _http.GetFromJsonAsync<JsonDocument>(
            new Uri(_address!, $"/api/v1/query?query={Uri.EscapeDataString(expression)}")))!;
        double[] values = [.. answer.RootElement.GetProperty("data").GetProperty("result").EnumerateArray()
            .Select(series => double.Parse(series.GetProperty("value")[1].GetString()!, CultureInfo.InvariantCulture))];
        return values.Length == 0 ? null : values.Sum();
    }

    /// <summary>Waits until the sum of the selected series is this.</summary>
    public Task WaitAsync(string expression, double value) => Eventually.TrueAsync(
        $"{expression} is {value}", async () => await QueryAsync(expression) == value, ChildProcess.Patience);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _http.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task RunAsync(Uri target, string? rules)
    {
        string file = Path.Combine(_folder.FullName, "prometheus.yml");
        await File.WriteAllTextAsync(file, $$"""
            global: { scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }
            rule_files: [{{rules}}]
            scrape_configs:
              - job_name: snet-gateway
                static_configs:
                  - targets: ["{{target.Authority}}"]
            """);
        int port = FreePort.Find();
        _address = new Uri($"http://127.0.0.1:{port}");
        _process = ChildProcess.Start(
            "prometheus",
            [
                $"--config.file={file}", $"--storage.tsdb.path={Path.Combine(_folder.FullName, "data")}",
                $"--web.listen-address=127.0.0.1:{port}",
            ]);
        await Eventually.TrueAsync("Prometheus has scraped the gateway", HasScrapedAsync, ChildProcess.Patience);
    }

    private async Task<bool> HasScrapedAsync()
    {
        if (_process!.HasExited)
        {
            throw new InvalidOperationException($"Prometheus ended. Its output:\n{_process.RecentOutput}");
        }

        try
        {
            return await QueryAsync("up{job=\"snet-gateway\"}") == 1;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
