using SnetGateway.GrpcWire.Frames;
using Xunit;

namespace SnetGateway.Tests.GrpcWire.Frames;

public sealed class FrameHeaderTests
{
    [Theory]
    [InlineData(false, 0u, new byte[] { 0, 0, 0, 0, 0 })]
    [InlineData(true, 1u, new byte[] { 1, 0, 0, 0, 1 })]
    [InlineData(false, 0x01020304u, new byte[] { 0, 1, 2, 3, 4 })]
    [InlineData(true, uint.MaxValue, new byte[] { 1, 255, 255, 255, 255 })]
    public void Header_WrittenAndRead_LiteralBytes(bool compressed, uint length, byte[] expected)
    {
        byte[] bytes = new byte[FrameHeader.Size];
        var header = new FrameHeader(compressed, length);
        header.Write(bytes);
        Assert.Equal(expected, bytes);
        Assert.True(FrameHeader.TryRead(bytes, out FrameHeader read));
        Assert.Equal(header, read);
    }

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 0, 0, 0, 0 })]
    [InlineData(new byte[] { 2, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 0x80, 0, 0, 0, 0 })]
    public void TryRead_ShortOrBadFlag_False(byte[] bytes) => Assert.False(FrameHeader.TryRead(bytes, out _));
}
