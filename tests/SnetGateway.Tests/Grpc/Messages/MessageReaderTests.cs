using System.Buffers;
using System.IO.Pipelines;
using Grpc.Core;
using SnetGateway.Grpc.Messages;
using SnetGateway.GrpcWire.Messages;
using Xunit;

namespace SnetGateway.Tests.Grpc.Messages;

public sealed class MessageReaderTests(ITestOutputHelper output)
{
    private const int Limit = 40;

    [Fact]
    public async Task Read_GeneratedStreamsInGeneratedChunks_AgreesWithAPlainReading()
    {
        var random = Seeds.Random(output);
        for (var round = 0; round < 100_000; round++)
        {
            var stream = MakeStream(random);
            var reader = new MessageReader(PipeReader.Create(Cut(stream, random)), Limit, "gzip");
            var messages = new List<byte[]>();
            StatusCode? failure = null;
            try
            {
                while (await reader.ReadAsync(GrpcMarshallers.Bytes, CancellationToken.None) is (true, var message))
                {
                    messages.Add(message.ToArray());
                }
            }
            catch (RpcException told)
            {
                failure = told.Status.StatusCode;
            }

            var expected = ReadPlainly(stream);
            Assert.Equal(expected.Messages, messages);
            Assert.Equal(expected.Failure, failure);
        }
    }

    [Fact]
    public void ReadGzip_LongExpansion_StopsAtTheLimit()
    {
        var bomb = new ReadOnlySequence<byte>(RawGrpc.Gzip(new byte[100_000_000]));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<RpcException>(() => GrpcEncodings.ReadGzip(bomb, 1_000_000, whole => whole.Length));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8_000_000);
    }

    private static byte[] MakeStream(Random random)
    {
        var stream = new List<byte>();
        for (var frames = random.Next(4); frames > 0; frames--)
        {
            var body = new byte[random.Next(random.Next(6) == 0 ? 60 : 10)];
            random.NextBytes(body);
            var isPacked = random.Next(5) == 0;
            stream.AddRange(RawGrpc.Frame(isPacked && random.Next(3) > 0 ? RawGrpc.Gzip(body) : body, (byte)(random.Next(20) == 0 ? random.Next(256) : isPacked ? 1 : 0)));
        }

        return [.. stream.Take(random.Next(4) == 0 ? random.Next(stream.Count + 1) : stream.Count)];
    }

    private static (List<byte[]> Messages, StatusCode? Failure) ReadPlainly(byte[] stream)
    {
        var messages = new List<byte[]>();
        for (var at = 0; at < stream.Length;)
        {
            if (stream.Length - at < 5 || stream[at] > 1)
            {
                return (messages, StatusCode.Internal);
            }

            var length = (stream[at + 1] << 24) | (stream[at + 2] << 16) | (stream[at + 3] << 8) | stream[at + 4];
            var isPacked = stream[at] == 1;
            at += 5;
            if (length > Limit)
            {
                return (messages, StatusCode.ResourceExhausted);
            }

            if (stream.Length - at < length)
            {
                return (messages, StatusCode.Internal);
            }

            var body = stream[at..(at + length)];
            at += length;
            if (isPacked)
            {
                using var expanded = new MemoryStream();
                try
                {
                    new System.IO.Compression.GZipStream(new MemoryStream(body), System.IO.Compression.CompressionMode.Decompress).CopyTo(expanded);
                }
                catch (InvalidDataException)
                {
                    return (messages, StatusCode.Internal);
                }

                if (expanded.Length > Limit)
                {
                    return (messages, StatusCode.ResourceExhausted);
                }

                body = expanded.ToArray();
            }

            messages.Add(body);
        }

        return (messages, null);
    }

    private static ReadOnlySequence<byte> Cut(byte[] stream, Random random)
    {
        var first = new Segment(default, 0);
        var last = first;
        for (var at = 0; at < stream.Length;)
        {
            var length = Math.Min(random.Next(1, 9), stream.Length - at);
            last = last.Append(stream.AsMemory(at, length));
            at += length;
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long start)
        {
            Memory = memory;
            RunningIndex = start;
        }

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
