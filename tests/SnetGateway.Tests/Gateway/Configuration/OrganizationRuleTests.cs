using SnetGateway.Gateway.Configuration;
using Xunit;

namespace SnetGateway.Tests.Gateway.Configuration;

/// <summary>Two organisations in one configuration: what is ambiguous is an error, and what is not is accepted.</summary>
public sealed class OrganizationRuleTests
{
    private const string Other = "SnetGateway:Groups:other", Service = "SnetGateway:Services:second";

    [Fact]
    public async Task TwoOrganizations_WithEqualServiceIdsAndOneRecipient_AreAccepted()
    {
        ConfigurationResult result = await LoadAsync(new() { [$"{Other}:GroupId"] = Id(9) });
        Assert.Empty(result.Errors);
        Assert.Equal(2, result.Snapshot!.Catalog.Groups.Count);
    }

    [Fact]
    public async Task TwoOrganizations_WithTheSameChannels_AreAnError()
    {
        ConfigurationResult result = await LoadAsync(new() { [$"{Other}:GroupId"] = Good("SnetGateway:Groups:main:GroupId") });
        Assert.Equal(
            $"{Other}:GroupId: the group 'main' is another organization's and has the same id and payment address. Write the ids that "
            + "the organization's metadata has, or one group for both.",
            Assert.Single(result.Errors).ToString());
    }

    /// <summary>As for services with other free calls: the channels are those of one organisation.</summary>
    [Fact]
    public async Task TwoGroupsOfOneOrganization_MayHaveTheSameChannels_ButNoServiceWithTheSameIds()
    {
        Dictionary<string, string?> same = new()
        {
            [$"{Other}:GroupId"] = Good("SnetGateway:Groups:main:GroupId"),
            [$"{Other}:OrganizationId"] = Good("SnetGateway:Groups:main:OrganizationId"),
            [$"{Service}:ServiceId"] = "another",
        };
        Assert.Empty((await LoadAsync(same)).Errors);
        ConfigurationResult result = await LoadAsync(new(same) { [$"{Service}:ServiceId"] = FirstServiceId() });
        Assert.Contains(
            "users sign the same ids for the service", Assert.Single(result.Errors).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Translate.example.org", "true", 1)]
    [InlineData("b.example.org", "true", 0)]
    [InlineData("translate.example.org", "false", 0)]
    public async Task OneHost_WithAndWithoutTheReferencesErrors_IsAnError(string host, string errors, int count)
    {
        Dictionary<string, string?> changes = new()
        {
            [$"{Other}:GroupId"] = Id(9),
            [$"{Other}:FreeCalls:ReferenceErrors"] = errors,
            [$"{Service}:Hosts:0"] = host,
        };
        ConfigurationResult result = await LoadAsync(changes);
        Assert.Equal(count, result.Errors.Count);
        Assert.All(result.Errors, error => Assert.Contains("only one of them has FreeCalls:ReferenceErrors", error.ToString()));
    }

    /// <summary>The framework's routing could not choose, and every call of both services would fail.</summary>
    [Theory]
    [InlineData("*.example.org", "*.a.example.org", 1)]
    [InlineData("*.A.example.org", "*.Example.org", 1)]
    [InlineData("*.b.a.example.org:7000", "*.example.org:7000", 1)]
    [InlineData("*.a.example.org", "*.example.org:7000", 0)]
    [InlineData("*.a.example.org", "*.b.example.org", 0)]
    [InlineData("*.xa.example.org", "*.a.example.org", 0)]
    [InlineData("*.example.org", "c.example.org", 0)]
    public async Task PatternOfOneService_WithinAnothers_IsAnError(string first, string second, int count)
    {
        ConfigurationResult result = await LoadAsync(new()
        {
            [$"{Other}:GroupId"] = Id(9),
            ["SnetGateway:Services:translate:Hosts:0"] = first,
            [$"{Service}:Hosts:0"] = second,
            ["ReverseProxy:Routes:second:ClusterId"] = "translate",
            ["ReverseProxy:Routes:second:Match:Path"] = "/{**method}",
            ["ReverseProxy:Routes:second:Metadata:Service"] = "second",
        });
        Assert.Equal(count, result.Errors.Count);
        Assert.All(result.Errors, error => Assert.Contains("' is one of '*.", error.ToString(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("[::1]")]
    [InlineData("[::1]:7000")]
    public async Task HostThatRoutingCannotRead_IsAnError(string host)
    {
        ConfigurationResult result = await LoadAsync(new() { [$"{Other}:GroupId"] = Id(9), [$"{Service}:Hosts:0"] = host });
        Assert.Contains("is not a host", Assert.Single(result.Errors).ToString(), StringComparison.Ordinal);
    }

    private static string Good(string key) => Samples.Good().Single(pair => pair.Key == key).Value!;

    private static string FirstServiceId() =>
        Samples.Good().First(pair => pair.Key.EndsWith(":ServiceId", StringComparison.Ordinal)).Value!;

    private static string Id(byte first) => Convert.ToBase64String([first, .. new byte[31]]);

    /// <summary>The sample, and beside it another organisation with a service.</summary>
    private static ValueTask<ConfigurationResult> LoadAsync(Dictionary<string, string?> changes)
    {
        Dictionary<string, string?> all = new()
        {
            [$"{Other}:OrganizationId"] = "other-org",
            [$"{Other}:PaymentAddress"] = Good("SnetGateway:Groups:main:PaymentAddress"),
            [$"{Service}:Group"] = "other",
            [$"{Service}:ServiceId"] = FirstServiceId(),
            [$"{Service}:Price:Cogs"] = "1",
        };
        foreach ((string key, string? value) in changes)
        {
            all[key] = value;
        }

        return Samples.ReadAsync(Samples.Good().Where(pair => !all.ContainsKey(pair.Key)).Concat(all));
    }
}
