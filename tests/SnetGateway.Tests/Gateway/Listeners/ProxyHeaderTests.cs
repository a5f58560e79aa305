using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Text;
using SnetGateway.Gateway.Listeners;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Gateway.Listeners;

public sealed class ProxyHeaderTests(ITestOutputHelper output)
{
    private static readonly byte[] s_signature = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A];

    [Theory]
    [InlineData("PROXY TCP4 203.0.113.9 127.0.0.1 54321 7000\r\n", "203.0.113.9:54321")]
    [InlineData("PROXY TCP6 2001:db8::9 ::1 1 65535\r\n", "[2001:db8::9]:1")]
    [InlineData("PROXY UNKNOWN\r\n", null)]
    [InlineData("PROXY UNKNOWN whatever it says\r\n", null)]
    public void Line_IsRead_AndTheRestIsNotConsumed(string line, string? client)
    {
        Assert.Equal(
            ProxyHeaderResult.Complete, Read([.. Encoding.ASCII.GetBytes(line), .. "PRI *"u8], out int length, out IPEndPoint? read));
        Assert.Equal(line.Length, length);
        Assert.Equal(client, read?.ToString());
    }

    [Theory]
    [InlineData("PROXY \r\n")]
    [InlineData("PROXY TCP4\r\n")]
    [InlineData("PROXY TCP4 203.0.113.9 127.0.0.1 54321\r\n")]
    [InlineData("PROXY TCP4 203.0.113.9 127.0.0.1 54321 7000 1\r\n")]
    [InlineData("PROXY TCP4 203.0.113.9 127.0.0.1 65536 7000\r\n")]
    [InlineData("PROXY TCP4 203.0.113.9 127.0.0.1 -1 7000\r\n")]
    [InlineData("PROXY TCP4 203.0.113 127.0.0.1 1 7000\r\n")]
    [InlineData("PROXY TCP4 0313.0.0.9 127.0.0.1 1 7000\r\n")]
    [InlineData("PROXY TCP4 ::1 ::1 1 7000\r\n")]
    [InlineData("PROXY TCP6 127.0.0.1 127.0.0.1 1 7000\r\n")]
    [InlineData("PROXY TCP6 fe80::1%1 ::1 1 7000\r\n")]
    [InlineData("PROXY UDP4 203.0.113.9 127.0.0.1 1 7000\r\n")]
    [InlineData("PROXY  TCP4 203.0.113.9 127.0.0.1 1 7000\r\n")]
    [InlineData("proxy TCP4 203.0.113.9 127.0.0.1 1 7000\r\n")]
    [InlineData("GET / HTTP/1.1\r\n")]
    public void InvalidLine_IsMalformed(string line) =>
        Assert.Equal(ProxyHeaderResult.Malformed, Read(Encoding.ASCII.GetBytes(line), out _, out _));

    [Fact]
    public void LineWithoutAnEnd_IsIncompleteUpToTheMaximumLength()
    {
        byte[] line = Encoding.ASCII.GetBytes("PROXY UNKNOWN " + new string('x', 200));
        Assert.Equal(ProxyHeaderResult.Incomplete, Read(line[..106], out _, out _));
        Assert.Equal(ProxyHeaderResult.Malformed, Read(line[..107], out _, out _));
    }

    [Theory]
    [InlineData(0x21, 0x11, "203.0.113.9", "203.0.113.9:54321")]
    [InlineData(0x21, 0x21, "2001:db8::9", "[2001:db8::9]:54321")]
    [InlineData(0x20, 0x11, "203.0.113.9", null)] // the balancer's own check
    [InlineData(0x21, 0x31, "203.0.113.9", null)] // a family that has no address here
    [InlineData(0x21, 0x12, "203.0.113.9", null)] // UDP
    public void BinaryHeader_IsRead_WithItsExtensions(byte command, byte family, string address, string? client)
    {
        foreach (int more in new[] { 0, 3, 300 })
        {
            byte[] header = Binary(command, family, IPAddress.Parse(address), 54321, more);
            Assert.Equal(ProxyHeaderResult.Complete, Read([.. header, 1, 2, 3], out int length, out IPEndPoint? read));
            Assert.Equal(header.Length, length);
            Assert.Equal(client, read?.ToString());
        }
    }

    [Fact]
    public void InvalidBinaryHeader_IsMalformed()
    {
        byte[] tooShort = Binary(0x21, 0x11, IPAddress.Loopback, 1, 0)[..^1];
        BinaryPrimitives.WriteUInt16BigEndian(tooShort.AsSpan(14), (ushort)(tooShort.Length - 16));
        Assert.Equal(ProxyHeaderResult.Malformed, Read(tooShort, out _, out _));
        Assert.Equal(ProxyHeaderResult.Malformed, Read(Binary(0x11, 0x11, IPAddress.Loopback, 1, 0), out _, out _)); // another version
        Assert.Equal(ProxyHeaderResult.Malformed, Read(Binary(0x22, 0x11, IPAddress.Loopback, 1, 0), out _, out _)); // another command
        Assert.Equal(ProxyHeaderResult.Malformed, Read(Binary(0x21, 0x11, IPAddress.Loopback, 1, 5000), out _, out _));
    }

    [Fact]
    public void EachPrefixOfAHeader_IsIncomplete()
    {
        byte[][] headers =
            [Encoding.ASCII.GetBytes("PROXY TCP4 203.0.113.9 127.0.0.1 54321 7000\r\n"), Binary(0x21, 0x21, IPAddress.IPv6Loopback, 9, 40)];
        foreach (byte[] header in headers)
        {
            for (int length = 0; length < header.Length; length++)
            {
                Assert.Equal(ProxyHeaderResult.Incomplete, Read(header[..length], out _, out _));
            }
        }
    }

    [Fact]
    public void GeneratedBytes_AreParsedWithoutExceptions_AndNeverBeyondTheirEnd()
    {
        int seed = Seeds.Next(output.WriteLine);
        var random = new Random(seed);
        byte[][] sound =
            [Encoding.ASCII.GetBytes("PROXY TCP4 203.0.113.9 127.0.0.1 54321 7000\r\n"), Binary(0x21, 0x11, IPAddress.Loopback, 9, 7)];
        for (int i = 0; i < 50_000; i++)
        {
            byte[] bytes = [.. sound[random.Next(2)], .. new byte[random.Next(40)]];
            for (int changes = random.Next(4); changes > 0; changes--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            bytes = bytes[..random.Next(bytes.Length + 1)];
            if (Read(bytes, out int length, out _) == ProxyHeaderResult.Complete)
            {
                Assert.InRange(length, 15, bytes.Length);
            }
        }
    }

    private static ProxyHeaderResult Read(byte[] bytes, out int length, out IPEndPoint? client) =>
        ProxyHeader.Read(new ReadOnlySequence<byte>(bytes), out length, out client);

    private static byte[] Binary(byte command, byte family, IPAddress source, ushort port, int more)
    {
        byte[] address = source.GetAddressBytes();
        byte[] ports = new byte[4];
        BinaryPrimitives.WriteUInt16BigEndian(ports, port);
        byte[] length = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)((2 * address.Length) + 4 + more));
        return [.. s_signature, command, family, .. length, .. address, .. address, .. ports, .. new byte[more]];
    }
}
