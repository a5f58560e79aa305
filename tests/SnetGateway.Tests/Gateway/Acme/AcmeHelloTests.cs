using System.Buffers;
using System.Net.Security;
using CsCheck;
using SnetGateway.Gateway.Listeners;
using Xunit;

namespace SnetGateway.Tests.Gateway.Acme;

/// <summary>The first message of a TLS client, as the platform writes it, whole and in parts.</summary>
public sealed class AcmeHelloTests
{
    [Theory]
    [InlineData("acme-tls/1", true)]
    [InlineData("h2", false)]
    [InlineData("acme-tls/2", false)]
    public async Task OfferedProtocol_IsFound_AtTheLastByte(string protocol, bool isOffered)
    {
        byte[] hello = await HelloAsync(protocol);
        for (int length = 0; length < hello.Length; length++)
        {
            Assert.False(AcmeHello.TryFind(new ReadOnlySequence<byte>(hello, 0, length), out bool early));
            Assert.False(early);
        }

        Assert.True(AcmeHello.TryFind(new ReadOnlySequence<byte>(hello), out bool whole));
        Assert.Equal(isOffered, whole);
        Assert.True(AcmeHello.TryFind(InTwoParts(hello, hello.Length / 2), out bool inParts));
        Assert.Equal(isOffered, inParts);
    }

    [Fact]
    public void OtherBytes_AreDecided_WithinTheFirstRecord() => Gen.Byte.Array[0, 40].Sample(bytes =>
    {
        bool isWhole = AcmeHello.TryFind(new ReadOnlySequence<byte>(bytes), out bool isOffered);
        Assert.False(isOffered);
        Assert.Equal(
            bytes.Length >= 5 && (bytes[0] != 0x16 || (bytes[3] << 8) + bytes[4] > 16384 || bytes.Length >= 5 + (bytes[3] << 8) + bytes[4]),
            isWhole);
    });

    private static async Task<byte[]> HelloAsync(string protocol)
    {
        using var written = new FirstWrite();
        await using var client = new SslStream(written);
        await Assert.ThrowsAnyAsync<Exception>(() => client.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "a.example.org", ApplicationProtocols = [new SslApplicationProtocol(protocol)],
        }));
        return written.ToArray();
    }

    private static ReadOnlySequence<byte> InTwoParts(byte[] bytes, int at)
    {
        var first = new Segment(bytes.AsMemory(0, at), 0);
        Segment second = first.Append(bytes.AsMemory(at));
        return new ReadOnlySequence<byte>(first, 0, second, bytes.Length - at);
    }

    /// <summary>Keeps what is written, and ends when something is read.</summary>
    private sealed class FirstWrite : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(0);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index)
        {
            (Memory, RunningIndex) = (memory, index);
        }

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
