using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.Validation;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Gateway.Configuration;

/// <summary>What `check-config` says of a configuration that is valid and probably not meant.</summary>
public sealed class ConfigurationWarningTests
{
    private const string Methods = "SnetGateway:Services:draw:Price:Methods:";

    [Fact]
    public async Task UsualConfiguration_HasNone() => Assert.Empty(await WarningsAsync());

    [Theory]
    [InlineData("SnetGateway:Groups:main:OrganizationId", "my-org", "the value of the example")]
    [InlineData("SnetGateway:Groups:main:PaymentAddress", "0x1111111111111111111111111111111111111111", "the value of the example")]
    [InlineData("SnetGateway:Services:translate:ServiceId", "draw", "'draw' has the same id")]
    public async Task Value_IsNamed(string key, string value, string words)
    {
        ConfigurationError warning = Assert.Single(await WarningsAsync((key, value)));
        Assert.Equal(key, warning.Path);
        Assert.Contains(words, warning.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ServiceAndClusterWithoutARoute_AreNamed()
    {
        IReadOnlyList<ConfigurationError> warnings = await WarningsAsync(
            ("SnetGateway:Services:idle:Group", "main"), ("SnetGateway:Services:idle:ServiceId", "idle"),
            ("SnetGateway:Services:idle:Price:Cogs", "1"), ("ReverseProxy:Clusters:idle:Destinations:one:Address", "http://127.0.0.1:1"));
        Assert.Equal(["SnetGateway:Services:idle", "ReverseProxy:Clusters:idle"], warnings.Select(one => one.Path));
    }

    [Theory]
    [InlineData("1", "0x5E592F9B1D303183D963635F895F0F0C48284F4E", true)]
    [InlineData("1", "0xdF8d4826E016aFA8803d94A716FEB70aD5D2B8Ac", false)]
    [InlineData("31337", "0x5E592F9B1D303183D963635F895F0F0C48284F4E", false)]
    [InlineData("1", "0x2222222222222222222222222222222222222222", true)]
    [InlineData("11155111", "0x03e7D37A13ed807B2311418095E23fA8Ff9DE380", false)]
    public async Task ContractOfTheFormerToken_OrAnUnpublishedOne_IsNamed(string chain, string escrow, bool isNamed)
    {
        IReadOnlyList<ConfigurationError> warnings =
            await WarningsAsync(("SnetGateway:Chain:ChainId", chain), ("SnetGateway:Chain:EscrowAddress", escrow));
        Assert.Equal(isNamed ? ["SnetGateway:Chain:EscrowAddress"] : [], warnings.Select(one => one.Path));
    }

    [Fact]
    public async Task PricesPerMethod_AreComparedWithTheDescriptors()
    {
        IReadOnlyList<ConfigurationError> warnings = await WarningsAsync(
            ("ReverseProxy:Routes:draw:Match:Path", "/fleet.Math/{method}"),
            ("SnetGateway:Backends:Clusters:draw:Descriptors:ProtoFolder", RepositoryFiles.PathOf("samples/fleet/math")),
            (Methods + "/fleet.Math/Add", "20"), (Methods + "/fleet.Math/Ad", "20"), (Methods + "/art.Draw/Line", null));
        Assert.Equal([Methods + "/fleet.Math/Ad", Methods + "/fleet.Math/IsPrime"], warnings.Select(one => one.Path));
    }

    private static async Task<IReadOnlyList<ConfigurationError>> WarningsAsync(params (string Key, string? Value)[] changes)
    {
        Dictionary<string, string?> values = Samples.Good();
        values["SnetGateway:Groups:main:OrganizationId"] = "acme";
        values["SnetGateway:Groups:main:GroupId"] = Convert.ToBase64String(new byte[32]);
        values["SnetGateway:Groups:main:PaymentAddress"] = "0x2222222222222222222222222222222222222222";
        foreach ((string key, string? value) in changes)
        {
            values[key] = value;
            if (value is null)
            {
                values.Remove(key);
            }
        }

        ConfigurationResult result = await Samples.ReadAsync(values);
        Assert.Empty(result.Errors);
        return ConfigurationWarnings.Of(result.Options, result.Snapshot!);
    }
}
