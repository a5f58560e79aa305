using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Reflection.V1;
using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.Backends.Descriptors;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.Control;
using SnetGateway.ProtoJson;
using Xunit;
using Yarp.ReverseProxy.Configuration;

namespace SnetGateway.Tests.Gateway.Control;

/// <summary>The gateway's own reflection, asked question by question and by the reader that asks others.</summary>
public sealed class ReflectionTests
{
    private static readonly FileDescriptorProto s_common = new()
    {
        Name = "common.proto", Package = "common", Syntax = "proto2",
        MessageType =
        {
            new DescriptorProto
            {
                Name = "Base", ExtensionRange = { new DescriptorProto.Types.ExtensionRange { Start = 100, End = 200 } },
                NestedType = { new DescriptorProto { Name = "Inner" } },
                EnumType =
                    { new EnumDescriptorProto { Name = "Colour", Value = { new EnumValueDescriptorProto { Name = "RED", Number = 0 } } } },
            },
        },
        Extension =
        {
            Extend("second", 101), Extend("first", 100),
        },
    };

    private static readonly FileDescriptorProto s_api = new()
    {
        Name = "api.proto", Package = "api", Syntax = "proto3", Dependency = { "common.proto" },
        Service =
        {
            new ServiceDescriptorProto { Name = "Api", Method =
            {
                new MethodDescriptorProto { Name = "Do", InputType = ".common.Base", OutputType = ".common.Base" },
            } },
        },
    };

    private static readonly ServiceDescriptor s_service =
        FileDescriptor.BuildFromByteStrings([s_common.ToByteString(), s_api.ToByteString()])[1].Services.Single();

    [Fact]
    public void Index_FindsWhateverAFileDeclares()
    {
        var index = new ReflectionIndex([s_service, HealthReflection.Descriptor.Services[0]]);
        Assert.Equal(["api.Api", "grpc.health.v1.Health"], index.Services);
        Assert.Equal("api.proto", index.FindSymbol("api.Api")?.Name);
        Assert.Equal("api.proto", index.FindSymbol("api.Api.Do")?.Name);
        foreach (string symbol in (string[])["common.Base", "common.Base.Inner", "common.Base.Colour", "common.first"])
        {
            Assert.Equal("common.proto", index.FindSymbol(symbol)?.Name);
        }

        Assert.Equal([100, 101], index.FindExtensionNumbers("common.Base")!);
        Assert.Equal("common.proto", index.FindExtension("common.Base", 101)?.Name);
        Assert.Null(index.FindExtension("common.Base", 102));
        Assert.Empty(index.FindExtensionNumbers("common.Base.Inner")!);
        Assert.Null(index.FindExtensionNumbers("no.Such"));
        Assert.Null(index.FindSymbol("api"));
        Assert.NotNull(index.FindFile("common.proto"));
    }

    [Fact]
    public void TwoFilesOfOneName_BothServicesAreFound()
    {
        FileDescriptorProto other = s_api.Clone();
        other.Package = "other";
        ServiceDescriptor service =
            FileDescriptor.BuildFromByteStrings([s_common.ToByteString(), other.ToByteString()])[1].Services.Single();
        var index = new ReflectionIndex([s_service, service]);
        Assert.Equal("api", index.FindFile("api.proto")?.Package);
        Assert.Equal("other", index.FindSymbol("other.Api")?.Package);
        Assert.Equal("other", index.FindSymbol("other.Api.Do")?.Package);
    }

    [Fact]
    public async Task File_ComesWithWhatItImports_AndOnceInACall()
    {
        await using GrpcTestHost host = await StartAsync();
        using AsyncDuplexStreamingCall<ServerReflectionRequest, ServerReflectionResponse> call =
            new ServerReflection.ServerReflectionClient(host.Client).ServerReflectionInfo();
        Assert.Equal(
            ["api.proto", "common.proto"], FilesOf(await AskAsync(call, new ServerReflectionRequest { FileContainingSymbol = "api.Api" })));
        Assert.Equal(["api.proto"], FilesOf(await AskAsync(call, new ServerReflectionRequest { FileContainingSymbol = "api.Api" })));
        Assert.Equal(
            ["common.proto"], FilesOf(await AskAsync(call, new ServerReflectionRequest { FileByFilename = "common.proto", Host = "h" })));
        var extension = new ServerReflectionRequest
        {
            FileContainingExtension = new ExtensionRequest { ContainingType = "common.Base", ExtensionNumber = 100 },
        };
        Assert.Equal(["common.proto"], FilesOf(await AskAsync(call, extension)));
        ServerReflectionResponse numbers = await AskAsync(call, new ServerReflectionRequest { AllExtensionNumbersOfType = "common.Base" });
        Assert.Equal([100, 101], numbers.AllExtensionNumbersResponse.ExtensionNumber);
        Assert.Equal(
            5, (await AskAsync(call, new ServerReflectionRequest { AllExtensionNumbersOfType = "no.Such" })).ErrorResponse.ErrorCode);
        Assert.Equal(3, (await AskAsync(call, new ServerReflectionRequest())).ErrorResponse.ErrorCode);
    }

    [Fact]
    public async Task CallThatStaysOpen_EndsWhenTheServerStops()
    {
        await using GrpcTestHost host = await StartAsync();
        using AsyncDuplexStreamingCall<ServerReflectionRequest, ServerReflectionResponse> call =
            new ServerReflection.ServerReflectionClient(host.Client).ServerReflectionInfo();
        await AskAsync(call, new ServerReflectionRequest { FileContainingSymbol = "api.Api" });
        Task stopped = host.StopAsync();
        RpcException ended = await Assert.ThrowsAsync<RpcException>(
            () => call.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(GrpcTestHost.Patience));
        Assert.Equal(new Status(StatusCode.Unavailable, "the server is stopping"), ended.Status);
        await stopped.WaitAsync(GrpcTestHost.Patience);
    }

    [Fact]
    public async Task OwnReader_ReadsItBack()
    {
        await using GrpcTestHost host = await StartAsync();
        ProtoSchema schema = await ReflectionReader.ReadAsync(host.Client, GrpcTestHost.Patience, CancellationToken.None);
        Assert.NotNull(schema.FindMethod("/api.Api/Do"));
        Assert.NotNull(schema.FindMethod("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"));
        Assert.NotNull(schema.FindMethod("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"));
    }

    private static Task<GrpcTestHost> StartAsync()
    {
        var backend = new ClusterBackend(
            "api", new ClusterBackendOptions(),
            new FixedDescriptors(ProtoSchema.Load(new FileDescriptorSet { File = { s_common, s_api } }.ToByteArray())));
        RouteConfig route = new() { RouteId = "api", ClusterId = "api", Match = new RouteMatch { Path = "/api.Api/{method}" } };
        var reflection = new GatewayReflection(
            new LiveSnapshot(new GatewaySnapshot(new ServiceCatalog([], []), [route], [], new ClusterBackends([backend]))));
        return GrpcTestHost.StartAsync(app => app.MapOwnService(binder => ServerReflection.BindService(binder, reflection)));
    }

    private static async Task<ServerReflectionResponse> AskAsync(
        AsyncDuplexStreamingCall<ServerReflectionRequest, ServerReflectionResponse> call, ServerReflectionRequest request)
    {
        await call.RequestStream.WriteAsync(request);
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(GrpcTestHost.Patience));
        ServerReflectionResponse answer = call.ResponseStream.Current;
        Assert.Equal(request, answer.OriginalRequest);
        Assert.Equal(request.Host, answer.ValidHost);
        return answer;
    }

    private static IEnumerable<string> FilesOf(ServerReflectionResponse answer) =>
        answer.FileDescriptorResponse.FileDescriptorProto.Select(file => FileDescriptorProto.Parser.ParseFrom(file).Name);

    private static FieldDescriptorProto Extend(string name, int number) => new()
    {
        Name = name, Number = number, Extendee = ".common.Base", Type = FieldDescriptorProto.Types.Type.Int32,
        Label = FieldDescriptorProto.Types.Label.Optional,
    };
}
