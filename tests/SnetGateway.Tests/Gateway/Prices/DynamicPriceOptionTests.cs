using SnetGateway.Gateway;
using SnetGateway.Gateway.Cli;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.Prices;
using SnetGateway.TestKit.Processes;
using SnetGateway.Tests.Gateway.Configuration;
using Xunit;

namespace SnetGateway.Tests.Gateway.Prices;

/// <summary>`Price:Model` dynamic_price: refused values with their remedies, and the prices that are read.</summary>
public sealed class DynamicPriceOptionTests : IDisposable
{
    private const string Price = "SnetGateway:Services:translate:Price";
    private const string Protos = "SnetGateway:Backends:Clusters:translate:Descriptors:ProtoFolder";
    private const string Good = """option (pricing.my_method_option).estimatePriceMethod = "/example.Summary/Price";""";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-dynamic-");

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>A key, its value (null removes it), the key of the error and words of its text; no key for none.</summary>
    public static TheoryData<string, string?, string?, string?> Changes() => new()
    {
        { $"{Price}:Cogs", "7", null, null },
        { $"{Price}:Methods:/a.A/B", "7", null, null },
        { $"{Price}:Dynamic:Cluster", "draw", null, null },
        { "ReverseProxy:Routes:translate:Metadata:PriceCogs", "5", null, null },
        { $"{Price}:Dynamic:Timeout", "00:02:00", $"{Price}:Dynamic:Timeout", "00:01:00" },
        { $"{Price}:Dynamic:CacheTime", "02:00:00", $"{Price}:Dynamic:CacheTime", "01:00:00" },
        { $"{Price}:Dynamic:MaxConcurrent", "0", $"{Price}:Dynamic:MaxConcurrent", "1 to 10000" },
        { $"{Price}:Dynamic:MaxCogs", "-1", $"{Price}:Dynamic:MaxCogs", "is not an amount in cogs" },
        { $"{Price}:Dynamic:Cluster", "drew", $"{Price}:Dynamic:Cluster", "'draw'" },
        { $"{Price}:Dynamic:Timout", "00:00:01", $"{Price}:Dynamic:Timout", "'Timeout'" },
        { Protos, null, $"{Price}:Model", "are not described" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Change_OfAValidConfiguration(string key, string? value, string? path, string? words)
    {
        Dictionary<string, string?> settings = Settings(Good);
        settings[key] = value;
        AssertError(await Samples.ReadAsync(settings), path, words);
    }

    [Theory]
    [InlineData("", "no method of the cluster 'translate' has the option")]
    [InlineData("""option (pricing.my_method_option).estimatePriceMethod = "/example.Summary/Prize";""", "'/example.Summary/Prize'")]
    [InlineData("""option (pricing.my_method_option).estimatePriceMethod = "/example.Summary/Summarize";""", "returns example.SummaryText")]
    public async Task PriceMethodThatCannotBeAsked_IsAnError(string option, string words) =>
        AssertError(await Samples.ReadAsync(Settings(option)), $"{Price}:Model", words);

    [Fact]
    public async Task ClusterThatDoesNotSpeakGrpc_IsAnError_UnlessAnotherOneIsAsked()
    {
        Dictionary<string, string?> settings = Settings(Good);
        settings["ReverseProxy:Clusters:translate:Metadata:Backend"] = "http";
        Assert.Contains(
            (await Samples.ReadAsync(settings)).Errors,
            error => error.Path == $"{Price}:Model" && error.Problem.Contains("does not speak gRPC", StringComparison.Ordinal));

        settings[$"{Price}:Dynamic:Cluster"] = "draw";
        Assert.DoesNotContain(
            (await Samples.ReadAsync(settings)).Errors, error => error.Path.StartsWith(Price, StringComparison.Ordinal));
    }

    [Fact]
    public async Task BothOtherPrices_OrKeysOfAnotherModel_AreErrors()
    {
        Dictionary<string, string?> settings = Settings(Good);
        settings[$"{Price}:Cogs"] = "7";
        settings[$"{Price}:Methods:/a.A/B"] = "7";
        AssertError(await Samples.ReadAsync(settings), $"{Price}:Methods", "only one of both");

        settings = Samples.Good();
        settings[$"{Price}:Dynamic:Cluster"] = "draw";
        AssertError(await Samples.ReadAsync(settings), $"{Price}:Dynamic:Cluster", "used only if Model is dynamic_price");
    }

    [Fact]
    public async Task Price_WithoutTheCall_IsNone()
    {
        Dictionary<string, string?> settings = Settings(Good);
        settings[$"{Price}:Cogs"] = "7";
        ConfigurationResult result = await Samples.ReadAsync(settings);
        DynamicPrice price = Assert.IsType<DynamicPrice>(result.Snapshot!.Catalog.Find("translate")!.Prices);
        Assert.NotNull((await price.PriceOfAsync("/example.Summary/Summarize", default, default)).Refusal);
        Assert.Equal("7", (await price.Others.PriceOfAsync("/any", default, default)).Cogs.ToString());
    }

    [Fact]
    public async Task Prices_ShowsWhoNamesThem()
    {
        Dictionary<string, string?> settings = Settings(Good);
        settings[$"{Price}:Cogs"] = "7";
        string config = Path.Combine(_folder.FullName, "empty.json");
        await File.WriteAllTextAsync(config, "{}");
        var output = new StringWriter();
        string[] all =
        [
            "--config", config, .. settings.Where(pair => pair.Value is not null).Select(pair => $"--{pair.Key}={pair.Value}"), "prices",
        ];
        int code = await new CommandLine(new Terminal(TextReader.Null, output, output), GatewayApp.Build).RunAsync(all, default);

        Assert.Equal(
            """
            service    method                      price                            cogs  FET
            draw       /art.Draw/Line              fixed_price_per_method             20  0.00000000000000002
            translate  /example.Summary/Summarize  named by /example.Summary/Price     -  -
            translate  *                           no price method                     7  0.000000000000000007

            """,
            output.ToString());
        Assert.Equal(0, code);
    }

    private static void AssertError(ConfigurationResult result, string? path, string? words)
    {
        if (path is null)
        {
            Assert.Empty(result.Errors);
            return;
        }

        string error = Assert.Single(result.Errors).ToString();
        Assert.StartsWith($"{path}: ", error, StringComparison.Ordinal);
        Assert.Contains(words!, error, StringComparison.Ordinal);
    }

    /// <summary>The valid configuration with dynamic prices, and the sample service with this option at its method.</summary>
    private Dictionary<string, string?> Settings(string option)
    {
        string protos = Path.Combine(Repository.Root, "samples/proto");
        File.Copy(Path.Combine(protos, "pricing.proto"), Path.Combine(_folder.FullName, "pricing.proto"), overwrite: true);
        string summary = File.ReadAllText(Path.Combine(protos, "summary.proto"));
        Assert.Contains(Good, summary, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(_folder.FullName, "summary.proto"), summary.Replace(Good, option, StringComparison.Ordinal));
        Dictionary<string, string?> settings = Samples.Good();
        settings.Remove($"{Price}:Cogs");
        settings[$"{Price}:Model"] = "dynamic_price";
        settings[Protos] = _folder.FullName;
        return settings;
    }
}
