using Grpc.Core;
using SnetGateway.GrpcWire.Statuses;
using Xunit;

namespace SnetGateway.Tests.GrpcWire.Statuses;

public sealed class GrpcStatusTextTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("16", 16)]
    [InlineData("1000", 1000)]
    [InlineData("2147483647", int.MaxValue)]
    public void TryParseCode_Digits_Read(string text, int expected)
    {
        Assert.True(GrpcStatusText.TryParse(text, out StatusCode code));
        Assert.Equal(expected, (int)code);
        Assert.Equal(text, GrpcStatusText.Of((StatusCode)expected));
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
        Assert.False(GrpcStatusText.TryParse(text, out StatusCode code));
        Assert.Equal(StatusCode.Unknown, code);
    }

    [Theory]
    [InlineData(200, StatusCode.Unknown)]
    [InlineData(400, StatusCode.Internal)]
    [InlineData(401, StatusCode.Unauthenticated)]
    [InlineData(403, StatusCode.PermissionDenied)]
    [InlineData(404, StatusCode.Unimplemented)]
    [InlineData(418, StatusCode.Unknown)]
    [InlineData(429, StatusCode.Unavailable)]
    [InlineData(500, StatusCode.Unknown)]
    [InlineData(502, StatusCode.Unavailable)]
    [InlineData(503, StatusCode.Unavailable)]
    [InlineData(504, StatusCode.Unavailable)]
    public void HttpStatus_Mapped_ByThePublishedTable(int http, StatusCode expected) =>
        Assert.Equal(expected, HttpStatusMapping.ToGrpc(http));

    [Theory]
    [InlineData(0x0, StatusCode.Internal)]
    [InlineData(0x2, StatusCode.Internal)]
    [InlineData(0x7, StatusCode.Unavailable)]
    [InlineData(0x8, StatusCode.Cancelled)]
    [InlineData(0xB, StatusCode.ResourceExhausted)]
    [InlineData(0xC, StatusCode.PermissionDenied)]
    public void Http2Error_Mapped_ByThePublishedTable(long error, StatusCode expected) =>
        Assert.Equal(expected, Http2ErrorMapping.ToGrpc(error));
}
