using SnetGateway.Gateway.Telemetry;
using SnetGateway.Gateway.Validation;
using Xunit;

namespace SnetGateway.Tests.Gateway.Configuration;

/// <summary>The headers of a collector.</summary>
public sealed class TelemetryRulesTests
{
    private const string Canary = "canary-of-a-token";

    [Theory]
    [InlineData("authorization=Bearer%20" + Canary, null)]
    [InlineData("authorization=" + Canary + ",tenant=a\n", null)]
    [InlineData("authorization=" + Canary + ",", "name=value")]
    [InlineData("authorization: " + Canary, "name=value")]
    [InlineData("=" + Canary, "name=value")]
    [InlineData("", "name=value")]
    public void Headers_AreNamesAndValues_AndNoErrorRepeatsThem(string content, string? words)
    {
        string file = Path.GetTempFileName();
        File.WriteAllText(file, content);
        string[] found = Check(new OtlpOptions { Endpoint = "http://127.0.0.1:4317", HeadersPath = file });
        File.Delete(file);
        Assert.Equal(words is not null, found.Length > 0);
        Assert.All(found, error => Assert.Contains(words!, error, StringComparison.Ordinal));
        Assert.All(found, error => Assert.DoesNotContain(Canary, error, StringComparison.Ordinal));
    }

    [Fact]
    public void HeadersWithoutACollector_AreAnError() =>
        Assert.Contains("needs it", Assert.Single(Check(new OtlpOptions { HeadersPath = Write() })), StringComparison.Ordinal);

    private static string Write()
    {
        string file = Path.GetTempFileName();
        File.WriteAllText(file, "a=b");
        return file;
    }

    private static string[] Check(OtlpOptions options)
    {
        var errors = new ErrorList();
        TelemetryRules.Check(new TelemetryOptions { Otlp = options }, errors);
        return [.. errors.All.Select(error => $"{error}")];
    }
}
