using System.Text.RegularExpressions;
using CsCheck;
using SnetGateway.GrpcWire.Headers;
using Xunit;

namespace SnetGateway.Tests.GrpcWire.Headers;

public sealed partial class GrpcContentTypeTests
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
    public void Parse_GeneratedText_AgreesWithAPattern()
    {
        int accepted = 0, rejected = 0;
        Gen.OneOf(
            "application/", "application/grpc", "grpc", "-web", "-text", "+", "proto", "json", ";", " ", "\t", "\0", "é",
            "a").Array[0, 6].Sample(
            parts =>
            {
                string text = string.Concat(parts);
                GrpcContentType expected = ParsePlainly(text);
                Assert.Equal(expected, GrpcContentType.Parse(text));
                Interlocked.Increment(ref expected.Transport == GrpcTransport.None ? ref rejected : ref accepted);
            },
            iter: 200_000);
        Assert.True(accepted > 1_000 && rejected > 1_000, $"{accepted} accepted, {rejected} rejected");
    }

    private static GrpcContentType ParsePlainly(string text)
    {
        Match match = MediaType().Match(text);
        if (!match.Success)
        {
            return new GrpcContentType(GrpcTransport.None, GrpcCodec.Other);
        }

        return new GrpcContentType(
            match.Groups["text"].Success ? GrpcTransport.GrpcWebText
                : match.Groups["web"].Success ? GrpcTransport.GrpcWeb
                : GrpcTransport.Grpc,
            !match.Groups["codec"].Success || match.Groups["codec"].Value == "proto" ? GrpcCodec.Proto
                : match.Groups["codec"].Value == "json" ? GrpcCodec.Json
                : GrpcCodec.Other);
    }

    [GeneratedRegex(@"\A[ \t]*application/grpc(?<web>-web(?<text>-text)?)?(\+(?<codec>[^;]*?))?[ \t]*(;.*)?\z", RegexOptions.Singleline)]
    private static partial Regex MediaType();
}
