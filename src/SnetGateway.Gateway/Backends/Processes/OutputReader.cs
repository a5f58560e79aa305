using System.Buffers;
using System.IO.Pipelines;
using Grpc.Core;

namespace SnetGateway.Gateway.Backends.Processes;

/// <summary>Finds the messages in a program's output.</summary>
internal static class OutputReader
{
    /// <summary>The messages as they come. They end when the program has ended with success; a single one comes only then.</summary>
    /// <exception cref="RpcException">The program failed, its last message is incomplete, or a message is too long.</exception>
    public static async IAsyncEnumerable<byte[]> ReadAsync(ProgramRun run, ProgramOutput form, long maxBytes)
    {
        // Each read searches a message from its beginning: few large reads.
        var reader = PipeReader.Create(run, new StreamPipeReaderOptions(bufferSize: 64 * 1024, leaveOpen: true));
        bool isOver = false;
        while (!isOver)
        {
            ReadResult read = await reader.ReadAsync();
            ReadOnlySequence<byte> rest = read.Buffer;
            isOver = read.IsCompleted;
            while (form != ProgramOutput.Message && TryTake(form, maxBytes, isOver, ref rest) is { } message)
            {
                if (message.Length > 0 || form == ProgramOutput.Frames)
                {
                    yield return message;
                }
            }

            if (rest.Length > maxBytes + sizeof(int))
            {
                throw TooLong();
            }

            if (isOver)
            {
                await run.EndAsync();
                if (form == ProgramOutput.Message)
                {
                    yield return rest.ToArray();
                }
                else if (!rest.IsEmpty)
                {
                    throw new RpcException(new Status(StatusCode.Internal, "the service's program ended in the middle of a message"));
                }
            }

            reader.AdvanceTo(rest.Start, rest.End);
        }

        await reader.CompleteAsync();
    }

    public static RpcException TooLong() =>
        new(new Status(StatusCode.ResourceExhausted, "a message of the service's program is larger than allowed"));

    /// <summary>Removes the next message from the output. Null when more output is needed.</summary>
    internal static byte[]? TryTake(ProgramOutput form, long maxBytes, bool isOver, ref ReadOnlySequence<byte> output)
    {
        var reader = new SequenceReader<byte>(output);
        ReadOnlySequence<byte> message = default;
        long length;
        bool isLine = form == ProgramOutput.Lines;
        if (isLine)
        {
            // The last line needs no line end.
            bool hasEnd = reader.TryReadTo(out message, (byte)'\n');
            message = hasEnd ? message : isOver ? output : default;
            length = hasEnd || !message.IsEmpty ? message.Length : -1;
            reader.Advance(hasEnd ? 0 : message.Length);
        }
        else
        {
            length = reader.TryReadBigEndian(out int prefix) ? (uint)prefix : -1;
            length = length > maxBytes || (length >= 0 && reader.TryReadExact(prefix, out message)) ? length : -1;
        }

        if (length < 0)
        {
            return null;
        }

        byte[] content = length <= maxBytes ? message.ToArray() : throw TooLong();
        output = output.Slice(reader.Position);
        return isLine && content is [.. var line, (byte)'\r'] ? line : content;
    }
}
