using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Reflection.V1;
using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.Backends.Descriptors;
using SnetGateway.Gateway.Control;
using SnetGateway.ProtoJson;
using SnetGateway.Tests.ProtoJson;
using Xunit;

namespace SnetGateway.Tests.Gateway.Backends;

public sealed class ReflectionReaderTests
{
    private const string Service = "grpc.reflection.v1.ServerReflection";
    private const string Method = "/snet.tests.kinds.KindsService/Unary";

    [Theory]
    [InlineData(Service)]
    [InlineData(GatewayReflection.AlphaName)]
    public async Task Read_EitherVersion_MethodsAndFiles(string version)
    {
        await using GrpcTestHost host = await GrpcTestHost.StartAsync(new ScriptedReflection(version, KindsReflection.Descriptor).Map);
        ProtoSchema schema = await ReadAsync(host);
        Assert.Equal("snet.tests.kinds.Kinds", schema.FindMethod(Method)!.Input.FullName);
        Assert.Contains(schema.Files, file => file.Name == KindsReflection.Descriptor.Name);
    }

    [Fact]
    public async Task Read_NoReflection_Unimplemented()
    {
        await using GrpcTestHost host = await GrpcTestHost.StartAsync(_ => { });
        RpcException refused = await Assert.ThrowsAsync<RpcException>(() => ReadAsync(host));
        Assert.Equal(StatusCode.Unimplemented, refused.StatusCode);
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("error")]
    [InlineData("garbage")]
    public async Task Read_Nonsense_InvalidData(string lie)
    {
        var reflection = new ScriptedReflection(Service, KindsReflection.Descriptor)
        {
            Lie = request => (lie, request.MessageRequestCase) switch
            {
                ("nothing", _) => new ServerReflectionResponse(),
                ("error", ServerReflectionRequest.MessageRequestOneofCase.FileContainingSymbol) => new() { ErrorResponse = new() },
                ("garbage", ServerReflectionRequest.MessageRequestOneofCase.FileContainingSymbol) =>
                    new()
                    {
                        FileDescriptorResponse = new() { FileDescriptorProto = { Google.Protobuf.ByteString.CopyFrom(255, 255, 255) } },
                    },
                _ => null,
            },
        };
        await using GrpcTestHost host = await GrpcTestHost.StartAsync(reflection.Map);
        await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(host));
    }

    private static async Task<ProtoSchema> ReadAsync(GrpcTestHost host)
    {
        using GrpcChannel channel = ServiceChannel.Open(host.Address);
        return await ReflectionReader.ReadAsync(channel.CreateCallInvoker(), GrpcTestHost.Patience, CancellationToken.None);
    }
}
