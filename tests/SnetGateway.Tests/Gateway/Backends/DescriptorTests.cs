using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.Backends.Descriptors;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.Validation;
using SnetGateway.ProtoJson;
using SnetGateway.Tests.Gateway.Configuration;
using SnetGateway.Tests.ProtoJson;
using Xunit;

namespace SnetGateway.Tests.Gateway.Backends;

/// <summary>Where descriptors come from, and what is said when they do not come.</summary>
public sealed class DescriptorTests : IDisposable
{
    private const string Key = "SnetGateway:Backends:Clusters:translate:Descriptors:";
    private const string Method = "/snet.tests.kinds.KindsService/Unary";
    private const string Proto = """syntax = "proto3"; package p; service S { rpc M(In) returns (In); } message In { string text = 1; }""";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-descriptors-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task ProtoFolder_IsCompiledOnce_AndAgainWhenAFileChanges()
    {
        string file = Path.Combine(_folder.FullName, "s.proto");
        await File.WriteAllTextAsync(file, Proto);
        var loader = new DescriptorLoader(TimeProvider.System);
        var options = new DescriptorOptions { ProtoFolder = _folder.FullName };

        IDescriptorSource? first = await loader.LoadAsync(options, CancellationToken.None);
        Assert.NotNull(first!.Known!.FindMethod("/p.S/M"));
        Assert.Same(first, await loader.LoadAsync(options, CancellationToken.None));

        await File.WriteAllTextAsync(file, Proto.Replace("rpc M(", "rpc N(", StringComparison.Ordinal));
        IDescriptorSource? second = await loader.LoadAsync(options, CancellationToken.None);
        Assert.NotNull(second!.Known!.FindMethod("/p.S/N"));
        Assert.Null(second.Known!.FindMethod("/p.S/M"));
    }

    [Fact]
    public async Task DescriptorSet_OfTheConfiguration_IsInTheSnapshot()
    {
        string file = Path.Combine(_folder.FullName, "set.pb");
        await File.WriteAllBytesAsync(file, KindsSchema.DescriptorSet(withImports: true));

        ConfigurationResult result = await ReadAsync((Key + "DescriptorSet", file));

        Assert.Empty(result.Errors);
        ClusterBackend backend = result.Snapshot!.Backends.Find("Translate")!;
        ProtoSchema schema = await backend.Descriptors!.GetAsync(Method, CancellationToken.None);
        Assert.NotNull(schema.FindMethod(Method));
        Assert.Null(result.Snapshot.Backends.Find("draw"));
    }

    [Theory]
    [InlineData("ProtoFolder", "nowhere", "ProtoFolder", "nowhere")]
    [InlineData("ProtoFolder", "empty", "ProtoFolder", "no .proto file")]
    [InlineData("ProtoFolder", "broken", "ProtoFolder", "broken.proto:1")]
    [InlineData("DescriptorSet", "nowhere", "DescriptorSet", "nowhere")]
    [InlineData("DescriptorSet", "broken/broken.proto", "DescriptorSet", "descriptor set")]
    public async Task WhatCannotBeUsed_IsAMistakeAtItsKey(string key, string place, string path, string word)
    {
        _folder.CreateSubdirectory("empty");
        await File.WriteAllTextAsync(
            Path.Combine(_folder.CreateSubdirectory("broken").FullName, "broken.proto"), "syntax = \"proto3\"; massage M {}");

        ConfigurationResult result = await ReadAsync((Key + key, Path.Combine(_folder.FullName, place)));

        ConfigurationError error = Assert.Single(result.Errors);
        Assert.Equal(Key + path, error.Path);
        Assert.Contains(word, error.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TwoSources_UnknownCluster_UnknownKind_AndWrongUrl_AreMistakes()
    {
        ConfigurationResult result = await ReadAsync(
            (Key + "ProtoFolder", "a"),
            (Key + "DescriptorSet", "b"),
            ("SnetGateway:Backends:Clusters:translat:Descriptors:ReflectionAddress", "ftp://one"),
            ("ReverseProxy:Clusters:draw:Metadata:Backend", "jsonrcp"));

        Assert.Equal(
            [
                "ReverseProxy:Clusters:draw:Metadata:Backend",
                "SnetGateway:Backends:Clusters:translat:Descriptors:ReflectionAddress",
                Key.TrimEnd(':'),
            ],
            result.Errors.Select(error => error.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Reflection_IsAskedOnceByManyCalls_AndAgainForANewMethodAfterAPause()
    {
        var reflection = new ScriptedReflection("grpc.reflection.v1.ServerReflection", KindsReflection.Descriptor);
        await using GrpcTestHost host = await GrpcTestHost.StartAsync(reflection.Map);
        var time = new FakeTimeProvider();
        IDescriptorSource source = (await new DescriptorLoader(time).LoadAsync(
            new DescriptorOptions { ReflectionAddress = host.Address.ToString() }, CancellationToken.None))!;
        Assert.Null(source.Known);

        ProtoSchema[] schemas =
            await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => source.GetAsync(Method, CancellationToken.None).AsTask()));
        Assert.Single(schemas.Distinct());
        Assert.NotNull(source.Known!.FindMethod(Method));
        int asked = reflection.Questions;

        Assert.Null((await source.GetAsync("/p.S/New", CancellationToken.None)).FindMethod("/p.S/New"));
        Assert.Equal(asked, reflection.Questions);
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.Null((await source.GetAsync("/p.S/New", CancellationToken.None)).FindMethod("/p.S/New"));
        Assert.Equal(asked * 2, reflection.Questions);
    }

    [Fact]
    public async Task Reflection_NobodyThere_Unavailable()
    {
        Uri gone;
        await using (GrpcTestHost host = await GrpcTestHost.StartAsync(_ => { }))
        {
            gone = host.Address;
        }

        var source = new ReflectedDescriptors(gone, TimeProvider.System);
        RpcException refused = await Assert.ThrowsAsync<RpcException>(async () => await source.GetAsync(Method, CancellationToken.None));
        Assert.Equal(StatusCode.Unavailable, refused.Status.StatusCode);
    }

    [Fact]
    public async Task FolderThatSeveralClustersUse_HasItsErrorOnce()
    {
        ConfigurationResult result = await ReadAsync(
            (Key + "ProtoFolder", _folder.FullName),
            ("SnetGateway:Backends:Clusters:draw:Descriptors:ProtoFolder", _folder.FullName));
        Assert.Contains("no .proto file", Assert.Single(result.Errors).Problem, StringComparison.Ordinal);
    }

    private static async Task<ConfigurationResult> ReadAsync(params (string Key, string Value)[] changes)
    {
        Dictionary<string, string?> values = Samples.Good();
        foreach ((string key, string value) in changes)
        {
            values[key] = value;
        }

        return await Samples.ReadAsync(values);
    }
}
