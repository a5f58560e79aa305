using System.Text.Json;
using SnetGateway.Gateway;
using SnetGateway.Gateway.Cli;
using SnetGateway.Gateway.Reports;
using SnetGateway.Tests.Gateway.Configuration;
using Xunit;

namespace SnetGateway.Tests.Gateway.Cli;

/// <summary>`prices`: one line for each price that a call can have.</summary>
public sealed class PricesCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-prices-");
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    private static Dictionary<string, string?> Settings => new(Samples.Good())
    {
        ["SnetGateway:Services:draw:Price:Methods:/art.Draw/Circle"] = "2500000000000000000",
        ["ReverseProxy:Routes:fast:ClusterId"] = "translate",
        ["ReverseProxy:Routes:fast:Match:Path"] = "/fast.Fast/{method}",
        ["ReverseProxy:Routes:fast:Metadata:Service"] = "translate",
        ["ReverseProxy:Routes:fast:Metadata:PriceCogs"] = "0",
    };

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Table_ServicesMethodsAndRoutes_InCogsAndTokens()
    {
        Assert.Equal(0, await RunAsync(Settings, "prices"));
        Assert.Equal(
            """
            service    method               price                                  cogs  FET
            draw       /art.Draw/Circle     fixed_price_per_method  2500000000000000000  2.5
            draw       /art.Draw/Line       fixed_price_per_method                   20  0.00000000000000002
            translate  /fast.Fast/{method}  route fast                                0  0
            translate  *                    fixed_price                            1000  0.000000000000001

            """,
            _output.ToString());
    }

    [Fact]
    public async Task Json_TheSame_OneObjectPerLine()
    {
        Assert.Equal(0, await RunAsync(Settings, "prices", "--json"));
        JsonElement[] lines = [.. _output.ToString().Trim().Split('\n').Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(["2500000000000000000", "20", "0", "1000"], lines.Select(line => line.GetProperty("cogs").GetString()));
        Assert.Equal("2.5", lines[0].GetProperty("tokens").GetString());
        Assert.Equal("route fast", lines[2].GetProperty("price").GetString());
    }

    [Fact]
    public async Task InvalidConfiguration_IsAnErrorOfUsage()
    {
        Dictionary<string, string?> settings = Settings;
        settings["ReverseProxy:Routes:fast:Metadata:PriceCogs"] = "1.5";
        Assert.Equal(2, await RunAsync(settings, "prices"));
        Assert.Contains("'1.5' is not an amount in cogs", _error.ToString(), StringComparison.Ordinal);
        Assert.Empty(_output.ToString());
    }

    [Theory]
    [InlineData("0", "0")]
    [InlineData("1", "0.000000000000000001")]
    [InlineData("1000000000000000000", "1")]
    [InlineData("100000000000000000000", "100")]
    [InlineData(
        "115792089237316195423570985008687907853269984665640564039457584007913129639935",
        "115792089237316195423570985008687907853269984665640564039457.584007913129639935")]
    public void InTokens_AllDigits(string cogs, string tokens) => Assert.Equal(tokens, PriceLine.InTokens(cogs));

    private Task<int> RunAsync(Dictionary<string, string?> settings, params string[] args)
    {
        string config = Path.Combine(_folder.FullName, "empty.json");
        File.WriteAllText(config, "{}");
        string[] all = ["--config", config, .. settings.Select(pair => $"--{pair.Key}={pair.Value}"), .. args];
        return new CommandLine(new Terminal(TextReader.Null, _output, _error), GatewayApp.Build)
            .RunAsync(all, CancellationToken.None)
            .WaitAsync(TimeSpan.FromSeconds(60));
    }
}
