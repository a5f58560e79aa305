using System.Reflection;
using System.Text;
using Google.Protobuf;
using SnetGateway.ProtoJson;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.ProtoJson;

public sealed class ProtoSchemaTests(ITestOutputHelper output) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-gateway-schema-");

    private static ProtoCompiler Compiler => new(Metadata("ProtocPath"), [Metadata("ProtoIncludePath")]);

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("Unary", "google.protobuf.Empty", false, false)]
    [InlineData("Download", "snet.tests.kinds.Kinds", false, true)]
    [InlineData("Upload", "snet.tests.kinds.Kinds", true, false)]
    [InlineData("Talk", "google.protobuf.Struct", true, true)]
    public void FindMethod_Path_TypesAndKinds(string method, string output, bool streamsRequests, bool streamsResponses)
    {
        ProtoMethod? found = KindsSchema.Schema.FindMethod($"/snet.tests.kinds.KindsService/{method}");
        Assert.NotNull(found);
        Assert.Equal("snet.tests.kinds.Kinds", found.Input.FullName);
        Assert.Equal((output, streamsRequests, streamsResponses), (found.Output.FullName, found.StreamsRequests, found.StreamsResponses));
        Assert.Equal(4, KindsSchema.Schema.Methods.Count);
    }

    [Theory]
    [InlineData("snet.tests.kinds.KindsService/Unary")]
    [InlineData("/snet.tests.kinds.KindsService/unary")]
    [InlineData("")]
    public void FindMethod_AnyOtherPath_Null(string path) => Assert.Null(KindsSchema.Schema.FindMethod(path));

    [Fact]
    public void Load_SetWithoutImportsOrInAnyOrder_HasWellKnownTypes()
    {
        var schema = ProtoSchema.Load(KindsSchema.DescriptorSet(withImports: false));
        ProtoMessageType type = schema.FindMessage("snet.tests.kinds.Kinds")!;
        byte[] message = new Kinds { Duration = new() { Seconds = 1 } }.ToByteArray();
        Assert.Equal("""{"duration":"1s"}""", Encoding.UTF8.GetString(new ProtoJsonConverter(schema).ToJson(type, message)));
    }

    [Fact]
    public void Load_Garbage_OneKindOfError()
    {
        Random random = Seeds.Random(output.WriteLine);
        byte[] whole = KindsSchema.DescriptorSet(withImports: false);
        int loaded = 0, refused = 0;
        for (int round = 0; round < 2_000; round++)
        {
            byte[] damaged = whole.ToArray();
            for (int count = random.Next(1, 5); count > 0; count--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            try
            {
                ProtoSchema.Load(damaged);
                loaded++;
            }
            catch (InvalidDataException)
            {
                refused++; // the only exception allowed
            }
        }

        Assert.True(loaded > 0 && refused > 0, $"{loaded} loaded, {refused} refused");
    }

    [Fact]
    public async Task CompileFolder_FilesThatImportEachOther_Schema()
    {
        _folder.CreateSubdirectory("inner");
        await WriteAsync(
            "inner/types.proto",
            """syntax = "proto3"; package t; import "google/protobuf/timestamp.proto"; message T { google.protobuf.Timestamp at = 1; }""");
        await WriteAsync(
            "service.proto",
            """syntax = "proto3"; package s; import "inner/types.proto"; service S { rpc M(t.T) returns (stream t.T); }""");
        ProtoSchema schema = await Compiler.CompileFolderAsync(_folder.FullName, CancellationToken.None);
        ProtoMethod method = schema.FindMethod("/s.S/M")!;
        Assert.True(method.StreamsResponses);
        var converter = new ProtoJsonConverter(schema);
        string json = """{"at":"2020-01-01T00:00:00Z"}""";
        Assert.Equal(
            json,
            Encoding.UTF8.GetString(converter.ToJson(method.Output, converter.ToProtobuf(method.Input, Encoding.UTF8.GetBytes(json)))));
    }

    [Fact]
    public async Task CompileFolder_Proto2_DefaultsArePresenceAndGroupsAreRefused()
    {
        await WriteAsync(
            "old.proto",
            """
            syntax = "proto2"; package o;
            message O { optional int32 n = 1 [default = 5]; repeated int32 list = 2; optional group G = 3 { optional int32 x = 1; } }
            """);
        ProtoSchema schema = await Compiler.CompileFolderAsync(_folder.FullName, CancellationToken.None);
        ProtoMessageType type = schema.FindMessage("o.O")!;
        var converter = new ProtoJsonConverter(schema);
        Assert.Equal("0800" + "1001" + "1002", Convert.ToHexString(converter.ToProtobuf(type, """{"n":0,"list":[1,2]}"""u8)));
        Assert.Equal("""{"n":0,"list":[1,2]}""", Encoding.UTF8.GetString(converter.ToJson(type, Convert.FromHexString("080012020102"))));
        Assert.Equal("$.g", Assert.Throws<ProtoJsonException>(() => converter.ToProtobuf(type, """{"g":{}}"""u8)).Path);
        Assert.Throws<ProtoJsonException>(() => converter.ToJson(type, Convert.FromHexString("1B08011C")));
    }

    [Fact]
    public async Task CompileFolder_InvalidFile_ErrorWithTheCompilersOutput()
    {
        await Assert.ThrowsAsync<InvalidDataException>(() => Compiler.CompileFolderAsync(_folder.FullName, CancellationToken.None));
        await WriteAsync("bad.proto", "syntax = \"proto3\"; message {");
        InvalidDataException told =
            await Assert.ThrowsAsync<InvalidDataException>(() => Compiler.CompileFolderAsync(_folder.FullName, CancellationToken.None));
        Assert.Contains("bad.proto", told.Message, StringComparison.Ordinal);
        var missing = new ProtoCompiler(Path.Combine(_folder.FullName, "protoc"), []);
        await Assert.ThrowsAsync<InvalidDataException>(() => missing.CompileFolderAsync(_folder.FullName, CancellationToken.None));
    }

    private static string Metadata(string key) =>
        typeof(ProtoSchemaTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;

    private Task WriteAsync(string name, string text) => File.WriteAllTextAsync(Path.Combine(_folder.FullName, name), text);
}
