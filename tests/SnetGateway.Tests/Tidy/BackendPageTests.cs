using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.Configuration.Schema;
using SnetGateway.Gateway.Validation;
using SnetGateway.TestKit;
using SnetGateway.Tests.Gateway.Configuration;
using Xunit;

namespace SnetGateway.Tests.Tidy;

/// <summary>Holds docs/backends.md to the code: the kinds, the keys, the examples.</summary>
public sealed partial class BackendPageTests
{
    private static readonly string s_page = RepositoryFiles.Read("docs/backends.md");

    [Fact]
    public void Kinds_AreThoseOfTheCode() =>
        Assert.Equal(BackendKind.All.Order(), KindRow().Matches(s_page.Split("## ")[0]).Select(row => row.Groups[1].Value).Order());

    [Fact]
    public void Examples_HoldOnlyKnownKeysAndReadableValues()
    {
        MatchCollection examples = Example().Matches(s_page);
        Assert.True(examples.Count >= 2);
        foreach (Match example in examples)
        {
            var errors = new ErrorList();
            using var text = new MemoryStream(Encoding.UTF8.GetBytes("{" + example.Groups[1].Value + "}"));
            GatewaySchema.Check(new ConfigurationBuilder().AddJsonStream(text).Build(), errors);

            // An example is a part of a configuration: omitted keys are elsewhere.
            Assert.DoesNotContain(errors.All, error => !SampleFilesTests.IsOfTheMachine(error) && error.Problem != "missing");
        }
    }

    [Theory]
    [InlineData(typeof(ClusterBackendOptions))]
    [InlineData(typeof(SnetGateway.Gateway.Backends.Descriptors.DescriptorOptions))]
    [InlineData(typeof(SnetGateway.Gateway.Backends.JsonRpc.JsonRpcOptions))]
    [InlineData(typeof(SnetGateway.Gateway.Backends.Http.HttpServiceOptions))]
    [InlineData(typeof(SnetGateway.Gateway.Backends.Http.HttpMethodOptions))]
    [InlineData(typeof(SnetGateway.Gateway.Backends.Http.CredentialOptions))]
    public void Options_AreEachNamed(Type options) => Assert.Empty(options.GetProperties()
        .Where(property => property.SetMethod is { IsPublic: true } && !s_page.Contains(property.Name, StringComparison.Ordinal))
        .Select(property => property.Name));

    [GeneratedRegex(@"^\| `([a-z]+)` \|", RegexOptions.Multiline)]
    private static partial Regex KindRow();

    [GeneratedRegex(@"```json\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();
}
