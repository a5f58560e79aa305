using Microsoft.AspNetCore.Http;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Tests.Gateway.Configuration;
using Xunit;

namespace SnetGateway.Tests.Gateway.Training;

/// <summary>`Services:NAME:Training`: what is refused, and which service a host's requests are for.</summary>
public sealed class TrainingOptionTests
{
    private const string Service = "SnetGateway:Services:t";

    [Theory]
    [InlineData("Address", "models:7003", "is not an http or https URL")]
    [InlineData("MaxModels", "0", "is not a whole number from 1 to 1000000")]
    [InlineData("MaxModelsPerUser", "0", "is not a whole number from 1 to 10000")]
    [InlineData("MaxUploadBytes", "0", "is not a whole number from 1 to 1099511627776")]
    [InlineData("UploadTimeout", "00:00:00", "is not a duration from 00:00:01 to 1.00:00:00")]
    [InlineData("Unknown", "1", "unknown key")]
    public async Task InvalidValue_IsAnError(string key, string value, string text)
    {
        ConfigurationResult result = await LoadAsync(With("t") with { Key = key, Value = value });
        Assert.Contains(text, Assert.Single(result.Errors).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("a.example.org", "A.example.org")]
    public async Task TwoServicesOfOneHost_AreAnError(string one, string two)
    {
        ConfigurationResult result = await LoadAsync(With("t", one), With("u", two));
        Assert.Contains("which also has training, has the same host", Assert.Single(result.Errors).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Host_DecidesWhichServiceARequestIsFor()
    {
        ConfigurationResult result = await LoadAsync(With("any"), With("exact", "a.example.org"), With("pattern", "*.example.org"));
        Assert.Empty(result.Errors);
        TrainingTargets targets = result.Snapshot!.Training;
        Assert.Equal("exact", targets.Find(new HostString("a.example.org"))!.Service.Name);
        Assert.Equal("pattern", targets.Find(new HostString("b.example.org"))!.Service.Name);
        Assert.Equal("any", targets.Find(new HostString("elsewhere"))!.Service.Name);
        Assert.True(targets.Find(new HostString("elsewhere"))!.Service.HasTraining);
    }

    [Fact]
    public async Task WithoutAnAddress_NoHostHasTraining()
    {
        ConfigurationResult result = await LoadAsync();
        Assert.Empty(result.Errors);
        Assert.Null(result.Snapshot!.Training.Find(new HostString("anything")));
    }

    private static Setting With(string name, string host = "") => new(name, host, null, null);

    private static ValueTask<ConfigurationResult> LoadAsync(params Setting[] services)
    {
        Dictionary<string, string?> changes = [];
        foreach (Setting service in services)
        {
            string path = Service[..^1] + service.Name;
            changes[$"{path}:Group"] = "main";
            changes[$"{path}:ServiceId"] = service.Name;
            changes[$"{path}:Price:Cogs"] = "1";
            changes[$"{path}:Training:Address"] = "http://127.0.0.1:7003";
            if (service.Host.Length > 0)
            {
                changes[$"{path}:Hosts:0"] = service.Host;
            }

            if (service.Key is { } key)
            {
                changes[$"{path}:Training:{key}"] = service.Value;
            }
        }

        return Samples.ReadAsync(Samples.Good().Where(pair => !changes.ContainsKey(pair.Key)).Concat(changes));
    }

    private sealed record Setting(string Name, string Host, string? Key, string? Value);
}
