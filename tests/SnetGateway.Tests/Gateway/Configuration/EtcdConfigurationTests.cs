using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.Validation;
using Xunit;

namespace SnetGateway.Tests.Gateway.Configuration;

/// <summary>Required and contradicting keys of the ledger's etcd.</summary>
public sealed class EtcdConfigurationTests
{
    private const string Ledger = "SnetGateway:Ledger:";
    private const string Etcd = Ledger + "Etcd:";

    [Fact]
    public async Task Etcd_WithOneEndpoint_IsRight() =>
        Assert.Empty((await ReadAsync(("Etcd:Endpoints:0", "http://127.0.0.1:2379"))).Errors);

    [Theory]
    [InlineData("Etcd:KeyPrefix", "with space", "KeyPrefix", "letters, digits")]
    [InlineData("Etcd:Endpoints:0", "127.0.0.1:2379", "Endpoints:0", "http")]
    [InlineData("Etcd:Endpoints:0", "http://127.0.0.1:2379/v3", "Endpoints", "scheme, host and port")]
    [InlineData("Etcd:Endpoints:0", "http://root:hunter2@127.0.0.1:2379", "Endpoints", "separate keys")]
    [InlineData("Etcd:Endpoints:1", "https://127.0.0.1:2379", "Endpoints", "some https")]
    [InlineData("Etcd:CaPath", "/nowhere/ca.pem", "CaPath", "there is no file")]
    [InlineData("Etcd:CaPath", "/dev/null", "Endpoints", "https")]
    [InlineData("Etcd:User", "gateway", "PasswordPath", "not set, and User needs it")]
    [InlineData("Etcd:Password", "hunter2", "User", "not set, and Password needs it")]
    [InlineData("Etcd:KeyPath", "/dev/null", "CertificatePath", "not set, and KeyPath needs it")]
    [InlineData("Etcd:PasswordPath", "/dev/null", "User", "not set, and PasswordPath needs it")]
    [InlineData("Etcd:DialTimeout", "00:00:01", "DialTimeout", "unknown key")]
    public async Task Etcd_OneMistake_IsReportedWithPathAndRemedy(string key, string value, string path, string words)
    {
        ConfigurationResult result = await ReadAsync(("Etcd:Endpoints:0", "http://127.0.0.1:2379"), (key, value));
        ConfigurationError error = Assert.Single(result.Errors, m => m.Path == Etcd + path);
        Assert.Contains(words, error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(result.Errors, m => m.ToString().Contains("hunter2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Etcd_AllMistakes_AtOnce()
    {
        ConfigurationResult result = await ReadAsync(
            ("Etcd:User", "gateway"), ("Etcd:Endpointz:0", "x"), ("Etcd:CaPath", "/nowhere/ca.pem"), ("Etcd:KeyPrefix", " "));
        Assert.Equal(
            [Etcd + "CaPath", Etcd + "Endpoints", Etcd + "Endpointz", Etcd + "KeyPrefix", Etcd + "PasswordPath"],
            result.Errors.Select(m => m.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Etcd_NotTheStore_NeedsNoEndpoint()
    {
        Dictionary<string, string?> values = Samples.Good();
        values[Ledger + "Store"] = "memory";
        Assert.Empty((await Samples.ReadAsync(values)).Errors);
    }

    private static async Task<ConfigurationResult> ReadAsync(params (string Key, string Value)[] ledger)
    {
        Dictionary<string, string?> values = Samples.Good();
        values[Ledger + "Store"] = "etcd";
        foreach ((string key, string value) in ledger)
        {
            values[Ledger + key] = value;
        }

        return await Samples.ReadAsync(values);
    }
}
