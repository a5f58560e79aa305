using System.Text;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using SnetGateway.Gateway.Prices;
using SnetGateway.GrpcWire.Messages;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Gateway.Prices;

/// <summary>The first message is found however it is cut, and nothing of the request is lost.</summary>
public sealed class FirstMessageTests(ITestOutputHelper output)
{
    private const int MaxBytes = 20_000;

    [Fact]
    public async Task Read_GeneratedBodies_TheFirstMessage_AndThenTheWholeBody()
    {
        Random random = Seeds.Random(output.WriteLine);
        for (int i = 0; i < 500; i++)
        {
            byte[] message = new byte[random.Next(MaxBytes + 1)];
            random.NextBytes(message);
            byte[] frame = SingleMessage.Write(message);
            byte[] body = [.. frame, .. SingleMessage.Write(Encoding.UTF8.GetBytes(new string('x', random.Next(9_000))))];
            body = random.Next(2) == 0 ? frame : body;
            HttpRequest request = Request(new CutStream(body, random));

            Assert.Equal(frame, (await FirstMessage.ReadAsync(request, MaxBytes, default)).ToArray());
            using var whole = new MemoryStream();
            await request.Body.CopyToAsync(whole);
            Assert.Equal(body, whole.ToArray());
        }
    }

    [Theory]
    [InlineData("", StatusCode.Internal, "the request has no message")]
    [InlineData("0000", StatusCode.Internal, "the request ended in the middle of a message")]
    [InlineData("000000000501", StatusCode.Internal, "the request ended in the middle of a message")]
    [InlineData("0200000000", StatusCode.Internal, "the request is not a valid gRPC message")]
    [InlineData("0000004e21", StatusCode.ResourceExhausted, "a message of the request is larger than allowed: the limit is 20000")]
    [InlineData("00ffffffff", StatusCode.ResourceExhausted, "a message of the request is larger than allowed: the limit is 20000")]
    public async Task Read_NoMessage_IsTheClientsStatus(string hex, StatusCode code, string text)
    {
        HttpRequest request = Request(new MemoryStream(Convert.FromHexString(hex)));
        RpcException refused = await Assert.ThrowsAsync<RpcException>(async () => await FirstMessage.ReadAsync(request, MaxBytes, default));
        Assert.Equal((code, text), (refused.StatusCode, refused.Status.Detail));
    }

    private static HttpRequest Request(Stream body) => new DefaultHttpContext { Request = { Body = body } }.Request;

    /// <summary>Gives its bytes in pieces of any size.</summary>
    private sealed class CutStream(byte[] bytes, Random random) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, 1 + random.Next(random.Next(2) == 0 ? 7 : 6_000))], cancellationToken);
    }
}
