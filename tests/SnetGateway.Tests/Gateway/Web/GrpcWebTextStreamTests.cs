using System.Text;
using Microsoft.AspNetCore.Http;
using SnetGateway.Gateway.Web;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Gateway.Web;

/// <summary>Bodies in base64, as streams: whatever the sizes of chunks and buffers, the bytes are the same.</summary>
[Trait("Needs", "time")]
public sealed class GrpcWebTextStreamTests(ITestOutputHelper output)
{
    private const int GeneratedBodies = 3_000;

    [Fact]
    public async Task Generated_Requests_InAnyChunks_ReadWithAnyBuffers_GiveTheirBytes()
    {
        Random random = Seeds.Random(output.WriteLine);
        for (int i = 0; i < GeneratedBodies; i++)
        {
            (byte[]? bytes, byte[]? text) = Encode(random, random.Next(10) == 0 ? 20_000 : 50);
            await using var request = new GrpcWebTextRequest(new Chunks(text, random));
            Assert.Equal(bytes, await ReadAsync(request, random));
        }
    }

    [Fact]
    public async Task Generated_Requests_CutInsideAGroup_AreBadRequests()
    {
        Random random = Seeds.Random(output.WriteLine);
        for (int i = 0; i < GeneratedBodies; i++)
        {
            (byte[] _, byte[]? text) = Encode(random, 50);
            int cut = text.Length - (text.Length == 0 ? 0 : random.Next(1, text.Length + 1));
            await using var request = new GrpcWebTextRequest(new Chunks(text[..cut], random));
            if (cut % 4 == 0)
            {
                await ReadAsync(request, random);
            }
            else
            {
                await Assert.ThrowsAsync<BadHttpRequestException>(() => ReadAsync(request, random));
            }
        }
    }

    [Fact]
    public async Task Generated_Responses_InAnyWrites_AreBase64ThatDecodesGroupByGroup()
    {
        Random random = Seeds.Random(output.WriteLine);
        for (int i = 0; i < GeneratedBodies; i++)
        {
            var context = new DefaultHttpContext();
            context.Response.ContentType = "application/grpc";
            using var text = new MemoryStream();
            await using var answer = new GrpcWebTextResponse(context.Response, text);
            var expected = new List<byte>();
            for (int writes = random.Next(5); writes > 0; writes--)
            {
                byte[] part = new byte[random.Next(random.Next(10) == 0 ? 40_000 : 20)];
                random.NextBytes(part);
                expected.AddRange(part);
                await answer.WriteAsync(part);
            }

            text.Position = 0;
            await using var back = new GrpcWebTextRequest(text);
            Assert.Equal(expected, await ReadAsync(back, random));
        }
    }

    /// <summary>
    /// A paid call whose deadline passes while its client reads nothing gives up the wait and its memory, which the next call gets: none of
    /// that may come out here.
    /// </summary>
    [Fact]
    public async Task Response_WhoseWriteWaits_HasCopiedItsBytes()
    {
        byte[] bytes = new byte[64 * 1024];
        new Random(1).NextBytes(bytes);
        string expected = Convert.ToBase64String(bytes);
        var context = new DefaultHttpContext();
        context.Response.ContentType = "application/grpc";
        await using var inner = new StuckStream();
        await using var answer = new GrpcWebTextResponse(context.Response, inner);

        ValueTask write = answer.WriteAsync(bytes);
        Assert.False(write.IsCompleted);
        Array.Clear(bytes);
        inner.GoOn();
        await write;

        Assert.Equal(expected, Encoding.ASCII.GetString(inner.ToArray()));
    }

    [Fact]
    public async Task ResponseThatIsNotGrpc_PassesUnchanged()
    {
        var context = new DefaultHttpContext();
        context.Response.ContentType = "text/plain";
        using var body = new MemoryStream();
        await using var answer = new GrpcWebTextResponse(context.Response, body);
        await answer.WriteAsync("why"u8.ToArray());
        Assert.Equal("why", Encoding.ASCII.GetString(body.ToArray()));
    }

    private static (byte[] Bytes, byte[] Text) Encode(Random random, int most)
    {
        var bytes = new List<byte>();
        var text = new StringBuilder();
        for (int pieces = random.Next(1, 4); pieces > 0; pieces--)
        {
            byte[] part = new byte[random.Next(most)];
            random.NextBytes(part);
            bytes.AddRange(part);
            text.Append(Convert.ToBase64String(part));
        }

        return ([.. bytes], Encoding.ASCII.GetBytes(text.ToString()));
    }

    private static async Task<byte[]> ReadAsync(Stream stream, Random random)
    {
        var bytes = new List<byte>();
        while (true)
        {
            byte[] buffer = new byte[random.Next(1, 9_000)];
            int count = await stream.ReadAsync(buffer);
            if (count == 0)
            {
                return [.. bytes];
            }

            bytes.AddRange(buffer[..count]);
        }
    }

    /// <summary>Gives as little as it likes at a time.</summary>
    private sealed class Chunks(byte[] content, Random random) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            new(Read(buffer.Span[..Math.Min(buffer.Length, random.Next(1, Length > 1_000 ? 6_000 : 9))]));
    }

    /// <summary>Takes what it is given, as the server does, and lets the writer wait until it is told to go on.</summary>
    private sealed class StuckStream : MemoryStream
    {
        private readonly TaskCompletionSource _goesOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void GoOn() => _goesOn.SetResult();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Write(buffer.Span);
            await _goesOn.Task;
        }
    }
}
