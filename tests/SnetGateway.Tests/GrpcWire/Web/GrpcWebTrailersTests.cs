using System.Buffers.Binary;
using System.Text;
using CsCheck;
using Microsoft.AspNetCore.Http;
using SnetGateway.GrpcWire.Headers;
using SnetGateway.GrpcWire.Web;
using Xunit;

namespace SnetGateway.Tests.GrpcWire.Web;

/// <summary>The last frame of a gRPC-Web body, and the content types around it.</summary>
public sealed class GrpcWebTrailersTests
{
    private const int GeneratedTrailers = 20_000;

    [Fact]
    public void Trailers_AreLinesInLowerCase_BehindTheFlag()
    {
        var trailers = new HeaderDictionary { ["Grpc-Status"] = "0", ["detail"] = new[] { "one", "two" } };
        byte[] frame = GrpcWebTrailers.Encode(trailers);
        Assert.Equal("\u0080\0\0\0\u002agrpc-status:0\r\ndetail:one\r\ndetail:two\r\n".Length, frame.Length);
        Assert.Equal(0x80, frame[0]);
        Assert.Equal(frame.Length - 5, BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(1)));
        Assert.Equal("grpc-status:0\r\ndetail:one\r\ndetail:two\r\n", Encoding.ASCII.GetString(frame, 5, frame.Length - 5));
    }

    [Fact]
    public void LineBreakInAValue_DoesNotBeginATrailer()
    {
        byte[] frame = GrpcWebTrailers.Encode(new HeaderDictionary { ["detail"] = "a\r\ngrpc-status:0\0" });
        Assert.Equal("detail:a  grpc-status:0 \r\n", Encoding.ASCII.GetString(frame, 5, frame.Length - 5));
    }

    [Fact]
    public void Generated_Trailers_AreReadBackAsTheyWere() =>
        Gen.Select(Gen.Int[0, 99], Gen.String[Gen.Char[' ', '\u00ff'], 0, 19]).Array[0, 4].Sample(
            fields =>
            {
                var trailers = new HeaderDictionary();
                foreach ((int name, string? value) in fields)
                {
                    trailers.Append($"k{name}", value);
                }

                byte[] frame = GrpcWebTrailers.Encode(trailers);
                Assert.Equal(frame.Length - 5, BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(1)));
                string[] lines = Encoding.Latin1.GetString(frame, 5, frame.Length - 5).Split("\r\n");
                Assert.Equal(trailers.SelectMany(pair => pair.Value.Select(value => $"{pair.Key}:{value}")), lines[..^1]);
                Assert.Empty(lines[^1]);
            },
            iter: GeneratedTrailers);

    [Theory]
    [InlineData("application/grpc-web", "application/grpc")]
    [InlineData("application/grpc-web+proto", "application/grpc+proto")]
    [InlineData("application/grpc-web-text+json; charset=utf-8", "application/grpc+json")]
    [InlineData("Application/GRPC-Web-Text", "application/grpc")]
    [InlineData("application/grpc-web; a=b+c", "application/grpc")]
    public void ContentTypeOfARequest_KeepsItsCodec(string web, string grpc) => Assert.Equal(grpc, GrpcWebContentType.ToGrpc(web));

    [Theory]
    [InlineData("application/grpc", false, "application/grpc-web+proto")]
    [InlineData("application/grpc+json", false, "application/grpc-web+json")]
    [InlineData("application/grpc+proto;a=b", true, "application/grpc-web-text+proto")]
    public void ContentTypeOfAResponse_NamesItsCodec(string grpc, bool isText, string web) =>
        Assert.Equal(web, GrpcWebContentType.FromGrpc(grpc, isText));

    [Theory]
    [InlineData(GrpcTransport.GrpcWeb, "", false)]
    [InlineData(GrpcTransport.GrpcWebText, "", true)]
    [InlineData(GrpcTransport.GrpcWebText, "*/*", true)]
    [InlineData(GrpcTransport.GrpcWebText, "application/grpc-web", false)]
    [InlineData(GrpcTransport.GrpcWeb, "application/grpc-web-text", true)]
    public void Base64_IsUsedWhenAcceptedOrElseWhenSent(GrpcTransport request, string accept, bool isText) =>
        Assert.Equal(isText, GrpcWebContentType.WantsText(request, accept));
}
