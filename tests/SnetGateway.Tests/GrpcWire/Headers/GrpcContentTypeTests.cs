using CsCheck;
using SnetGateway.GrpcWire.Headers;
using Xunit;

namespace SnetGateway.Tests.GrpcWire.Headers;

public sealed class GrpcContentTypeTests
{
    [Theory]
    [InlineData("application/grpc", GrpcTransport.Grpc, GrpcCodec.Proto)]
    [InlineData("application/grpc+proto", GrpcTransport.Grpc, GrpcCodec.Proto)]
    [InlineData("APPLICATION/GRPC+PROTO; charset=utf-8", GrpcTransport.Grpc, GrpcCodec.Proto)]
    [InlineData(" application/grpc ;x", GrpcTransport.Grpc, GrpcCodec.Proto)]
    [InlineData("application/grpc+json", GrpcTransport.Grpc, GrpcCodec.Json)]
    [InlineData("application/grpc+thrift", GrpcTransport.Grpc, GrpcCodec.Other)]
    [InlineData("application/grpc+", GrpcTransport.Grpc, GrpcCodec.Other)]
    [InlineData("application/grpc-web", GrpcTransport.GrpcWeb, GrpcCodec.Proto)]
    [InlineData("application/grpc-web+proto", GrpcTransport.GrpcWeb, GrpcCodec.Proto)]
    [InlineData("application/grpc-web-text", GrpcTransport.GrpcWebText, GrpcCodec.Proto)]
    [InlineData("application/grpc-web-text+json", GrpcTransport.GrpcWebText, GrpcCodec.Json)]
    [InlineData("application/grpc-webs", GrpcTransport.None, GrpcCodec.Other)]
    [InlineData("application/grpcx", GrpcTransport.None, GrpcCodec.Other)]
    [InlineData("application/json", GrpcTransport.None, GrpcCodec.Other)]
    [InlineData("", GrpcTransport.None, GrpcCodec.Other)]
    public void Parse_Value_TransportAndCodec(string value, GrpcTransport transport, GrpcCodec codec) =>
        Assert.Equal(new GrpcContentType(transport, codec), GrpcContentType.Parse(value));

    [Fact]
    public void Parse_GeneratedGarbage_NeverThrows() =>
        Gen.OneOf("application/", "grpc", "-web", "-text", "+", "proto", "json", ";", " ", "\t", "\0", "é", "a").Array[0, 6]
            .Sample(parts => { GrpcContentType.Parse(string.Concat(parts)); }, iter: 200_000);
}
