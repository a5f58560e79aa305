using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.Validation;
using SnetGateway.Tests.Gateway.Configuration;
using SnetGateway.Tests.ProtoJson;
using Xunit;

namespace SnetGateway.Tests.Gateway.Backends;

/// <summary>What is said about services of other kinds is judged with the rest of the configuration.</summary>
public sealed class BackendRulesTests : IDisposable
{
    private const string B = "SnetGateway:Backends:Clusters:translate:";
    private const string Kind = "ReverseProxy:Clusters:translate:Metadata:Backend";
    private const string Method = "/snet.tests.kinds.KindsService/Unary";

    private readonly string _set = Path.GetTempFileName();

    public BackendRulesTests()
    {
        File.WriteAllBytes(_set, KindsSchema.DescriptorSet(withImports: true));
    }

    public void Dispose() => File.Delete(_set);

    [Theory]
    [InlineData("jsonrpc")]
    [InlineData("http")]
    [InlineData("grpc")]
    public async Task EachKind_WithDescriptors_IsRight(string kind) => Assert.Empty((await ReadAsync(kind)).Errors);

    [Theory]
    [InlineData("jsonrpc")]
    [InlineData("http")]
    public async Task Translator_WithoutDescriptors_IsAMistake(string kind)
    {
        ConfigurationError error = Assert.Single((await ReadAsync(kind, (B + "Descriptors:DescriptorSet", ""))).Errors);
        Assert.Equal(B + "Descriptors", error.Path);
        Assert.Contains("ProtoFolder", error.Remedy, StringComparison.Ordinal);
    }

    /// <summary>
    /// One change each to a right configuration of the kind: the key, its text, the path that is named, a word that is said.
    /// </summary>
    [Theory]
    [InlineData("http", "Http:Methods:/p.S/M:Verb", "POST", "Http:Methods:/p.S/M", "no service")]
    [InlineData("http", "Http:Methods:Unary:Verb", "POST", "Http:Methods:Unary", "/package.Service/Method")]
    [InlineData("http", "Http:Methods:" + Method + ":Verb", "FETCH", "Http:Methods:" + Method + ":Verb", "POST")]
    [InlineData("http", "Http:Methods:" + Method + ":Vreb", "GET", "Http:Methods:" + Method + ":Vreb", "'Verb'")]
    [InlineData("http", "Http:Methods:" + Method + ":Path", "/a/{b", "Http:Methods:" + Method + ":Path", "braces")]
    [InlineData("http", "Http:Methods:" + Method + ":Path", "/a/{}", "Http:Methods:" + Method + ":Path", "braces")]
    [InlineData("http", "Http:Methods:" + Method + ":Path", "/a}", "Http:Methods:" + Method + ":Path", "braces")]
    [InlineData("http", "Http:Methods:" + Method + ":Path", "/a?b=c", "Http:Methods:" + Method + ":Path", "query")]
    [InlineData("http", "Http:Methods:" + Method + ":Path", "/a/../b", "Http:Methods:" + Method + ":Path", "dots")]
    [InlineData("http", "Http:Methods:" + Method + ":Path", "/a b", "Http:Methods:" + Method + ":Path", "character")]
    [InlineData("http", "Http:Methods:" + Method + ":Path", "/a.b/{c.d}/...", null, null)]
    [InlineData("http", "Http:Statuses:404", "NotFound", null, null)]
    [InlineData("http", "Http:Methods:" + Method + ":Statuses:404", "NotFound", null, null)]
    [InlineData("http", "Http:Statuses:404", "NotFond", "Http:Statuses:404", "NotFound")]
    [InlineData("http", "Http:Statuses:200", "NotFound", "Http:Statuses:200", "300 to 599")]
    [InlineData("http", "Http:Statuses:4x4", "NotFound", "Http:Statuses:4x4", "300 to 599")]
    [InlineData(
        "http", "Http:Methods:" + Method + ":Statuses:404", "OK", "Http:Methods:" + Method + ":Statuses:404", "Write one of Cancelled")]
    [InlineData("grpc", "Http:Statuses:404", "NotFound", "Http", "never used")]
    [InlineData("http", "Http:Credentials:key:Location", "cookie", "Http:Credentials:key:Location", "header")]
    [InlineData("http", "Http:Credentials:key:Key", "x key", "Http:Credentials:key:Key", "header")]
    [InlineData("http", "Http:Credentials:key:Key", "Content-Length", "Http:Credentials:key:Key", "request itself")]
    [InlineData("http", "Http:Credentials:key:Value", "s3cret\n", "Http:Credentials:key:Value", "ASCII")]
    [InlineData("http", "Http:Credentials:key:Value", "", "Http:Credentials:key:Value", "missing")]
    [InlineData("http", "JsonRpc:Methods:" + Method, "unary", "JsonRpc", "jsonrpc")]
    [InlineData("jsonrpc", "JsonRpc:Methods:/p.S/M", "m", "JsonRpc:Methods:/p.S/M", "no service")]
    [InlineData("jsonrpc", "JsonRpc:Methods:" + Method, "unary", null, null)]
    [InlineData("grpc", "Http:Methods:" + Method + ":Verb", "GET", "Http", "never used")]
    public async Task OneChange_IsNamedAtItsPlace(string kind, string key, string value, string? path, string? word)
    {
        (string, string)[] changes = kind == "http"
            ? [(B + "Http:Credentials:key:Key", "x-key"), (B + "Http:Credentials:key:Value", "s3cret"), (B + key, value)]
            : [(B + key, value)];

        IReadOnlyList<ConfigurationError> errors = (await ReadAsync(kind, changes)).Errors;

        if (path is null)
        {
            Assert.Empty(errors);
            return;
        }

        ConfigurationError error = Assert.Single(errors);
        Assert.Equal(B + path, error.Path);
        Assert.Contains(word!, error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CredentialInTheBody_OfAMethodWithoutOne_IsAMistake()
    {
        ConfigurationError error = Assert.Single((await ReadAsync(
            "http",
            (B + "Http:Credentials:key:Key", "key"),
            (B + "Http:Credentials:key:Value", "s3cret"),
            (B + "Http:Credentials:key:Location", "body"),
            (B + $"Http:Methods:{Method}:Verb", "GET"))).Errors);
        Assert.Equal(B + "Http:Credentials:key:Location", error.Path);
    }

    private async Task<ConfigurationResult> ReadAsync(string kind, params (string Key, string Value)[] changes)
    {
        Dictionary<string, string?> values = Samples.Good();
        values[Kind] = kind;
        values[B + "Descriptors:DescriptorSet"] = _set;
        foreach ((string key, string value) in changes)
        {
            values[key] = value;
        }

        return await Samples.ReadAsync(values);
    }
}
