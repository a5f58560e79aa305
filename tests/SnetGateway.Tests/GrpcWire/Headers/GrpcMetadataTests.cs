using SnetGateway.GrpcWire.Headers;
using Xunit;

namespace SnetGateway.Tests.GrpcWire.Headers;

public sealed class GrpcMetadataTests
{
    [Fact]
    public void Add_TextAndBytes_ReadBackInOrder()
    {
        var metadata = new GrpcMetadata();
        metadata.Add("X-One", "a");
        metadata.Add("x-one", "b");
        metadata.AddBinary("x-two-bin", [0xFF, 0xFF]);
        Assert.Equal("b", metadata.GetText("x-ONE"));
        Assert.True(metadata.TryGetBinary("x-two-bin", out var bytes));
        Assert.Equal([0xFF, 0xFF], bytes);
        Assert.Equal(["x-one", "x-one", "x-two-bin"], metadata.Select(entry => entry.Name));
        Assert.Null(metadata.GetText("x-three"));
        Assert.False(metadata.TryGetBinary("x-three-bin", out _));
    }

    [Theory]
    [InlineData("", "a")]
    [InlineData("x y", "a")]
    [InlineData("x:y", "a")]
    [InlineData("grpc-status", "0")]
    [InlineData("x-bin", "AA")]
    [InlineData("x", "line\nbreak")]
    [InlineData("x", "ü")]
    public void Add_WhatMetadataCannotCarry_Throws(string name, string value) =>
        Assert.ThrowsAny<ArgumentException>(() => new GrpcMetadata().Add(name, value));

    [Fact]
    public void AddBinary_TextName_Throws() => Assert.Throws<ArgumentException>(() => new GrpcMetadata().AddBinary("x", [1]));

    [Fact]
    public void Empty_CannotBeChanged() => Assert.Throws<InvalidOperationException>(() => GrpcMetadata.Empty.Add("x", "y"));
}
