using SnetGateway.GrpcWire.Statuses;
using Xunit;

namespace SnetGateway.Tests.GrpcWire.Statuses;

public sealed class GrpcStatusTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("16", 16)]
    [InlineData("1000", 1000)]
    [InlineData("2147483647", int.MaxValue)]
    public void TryParseCode_Digits_Read(string text, int expected)
    {
        Assert.True(GrpcStatus.TryParseCode(text, out var code));
        Assert.Equal(expected, (int)code);
        Assert.Equal(text, new GrpcStatus(expected, "").CodeText);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("2147483648")]
    [InlineData("0x1")]
    [InlineData("OK")]
    public void TryParseCode_AnythingElse_Refused(string text)
    {
        Assert.False(GrpcStatus.TryParseCode(text, out var code));
        Assert.Equal(GrpcStatusCode.Unknown, code);
    }

    [Theory]
    [InlineData(200, GrpcStatusCode.Unknown)]
    [InlineData(400, GrpcStatusCode.Internal)]
    [InlineData(401, GrpcStatusCode.Unauthenticated)]
    [InlineData(403, GrpcStatusCode.PermissionDenied)]
    [InlineData(404, GrpcStatusCode.Unimplemented)]
    [InlineData(418, GrpcStatusCode.Unknown)]
    [InlineData(429, GrpcStatusCode.Unavailable)]
    [InlineData(500, GrpcStatusCode.Unknown)]
    [InlineData(502, GrpcStatusCode.Unavailable)]
    [InlineData(503, GrpcStatusCode.Unavailable)]
    [InlineData(504, GrpcStatusCode.Unavailable)]
    public void HttpStatus_Mapped_ByThePublishedTable(int http, GrpcStatusCode expected) => Assert.Equal(expected, HttpStatusMapping.ToGrpc(http));

    [Theory]
    [InlineData(0x0, GrpcStatusCode.Internal)]
    [InlineData(0x2, GrpcStatusCode.Internal)]
    [InlineData(0x7, GrpcStatusCode.Unavailable)]
    [InlineData(0x8, GrpcStatusCode.Cancelled)]
    [InlineData(0xB, GrpcStatusCode.ResourceExhausted)]
    [InlineData(0xC, GrpcStatusCode.PermissionDenied)]
    public void Http2Error_Mapped_ByThePublishedTable(long error, GrpcStatusCode expected) => Assert.Equal(expected, Http2ErrorMapping.ToGrpc(error));
}
