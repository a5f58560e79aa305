using System.IO.Pipelines;
using Google.Protobuf;
using SnetGateway.Gateway.Control.Training;
using SnetGateway.GrpcWire.Messages;
using Xunit;

namespace SnetGateway.Tests.Gateway.Training;

/// <summary>The messages of an upload: one at a time, however they are cut into pieces, and the answer to each damage.</summary>
public sealed class UploadReaderTests
{
    private const int MaxMessage = 1_000;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(10_000)]
    public async Task Messages_InPiecesOfAnySize_AreRead(int piece)
    {
        byte[] stream = [.. Frame(Message(300)), .. Frame(new UploadAndValidateRequest()), .. Frame(Message(900))];
        Assert.Equal([300, 0, 900], await ReadAsync(stream, piece));
    }

    [Fact]
    public async Task Nothing_IsTheEnd() => Assert.Empty(await ReadAsync([], 1));

    public static TheoryData<string, byte[], int, string> Damaged() => new()
    {
        { "half a header", [0, 0, 0], 13, "the request ended in the middle of a message" },
        { "half a message", Frame(Message(300))[..^1], 13, "the request ended in the middle of a message" },
        { "too long", [0, 0, 0, 3, 0xE9], 8, "a message of the request is larger than allowed: 1001 bytes, the limit is 1000" },
        { "longest length", [0, 0xFF, 0xFF, 0xFF, 0xFF], 8,
            "a message of the request is larger than allowed: 4294967295 bytes, the limit is 1000" },
        { "compressed", [1, 0, 0, 0, 1, 0], 12, "the messages of an upload must not be compressed" },
        { "invalid flag", [2, 0, 0, 0, 1, 0], 13, "the request is not a valid gRPC message" },
        { "no protobuf", [0, 0, 0, 0, 2, 0xFF, 0xFF], 13, "the request is not a valid gRPC message" },
    };

    [Theory]
    [MemberData(nameof(Damaged))]
    public async Task Damage_HasItsStatus(string what, byte[] bytes, int status, string text)
    {
        UploadException failure = await Assert.ThrowsAsync<UploadException>(() => ReadAsync([.. Frame(Message(5)), .. bytes], 3));
        Assert.True((status, text) == ((int)failure.Failure.Status.StatusCode, failure.Failure.Status.Detail), what);
    }

    internal static byte[] Frame(UploadAndValidateRequest message) => SingleMessage.Write(message.ToByteArray());

    internal static UploadAndValidateRequest Message(int bytes) => new()
    {
        UploadInput = new UploadInput { Data = ByteString.CopyFrom(new byte[bytes]) },
    };

    internal static async Task<List<int>> ReadAsync(byte[] stream, int piece)
    {
        var pipe = new Pipe();
        var reader = new UploadReader(pipe.Reader, MaxMessage);
        Task writing = WriteAsync();
        List<int> sizes = [];
        try
        {
            while (await reader.ReadAsync(TestContext.Current.CancellationToken) is { } message)
            {
                sizes.Add(message.UploadInput?.Data.Length ?? 0);
            }
        }
        finally
        {
            await pipe.Reader.CompleteAsync();
            await writing;
        }

        return sizes;

        async Task WriteAsync()
        {
            for (int start = 0; start < stream.Length; start += piece)
            {
                await pipe.Writer.WriteAsync(stream.AsMemory(start, Math.Min(piece, stream.Length - start)));
            }

            await pipe.Writer.CompleteAsync();
        }
    }
}
