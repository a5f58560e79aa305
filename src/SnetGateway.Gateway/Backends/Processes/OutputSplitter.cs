using System.Buffers;
using Grpc.Core;

namespace SnetGateway.Gateway.Backends.Processes;

/// <summary>Finds the messages in a program's output.</summary>
internal static class OutputSplitter
{
    /// <summary>Takes the next message off the front of the output, with the bytes that separate it from the one before.</summary>
    /// <param name="form">How messages follow each other.</param>
    /// <param name="maxBytes">The longest message.</param>
    /// <param name="isOver">Whether no more output will come, so that a line needs no end.</param>
    /// <param name="output">What came and was not taken yet.</param>
    /// <param name="message">The message.</param>
    /// <returns>False when more output must come first.</returns>
    /// <exception cref="RpcException">The next message is longer than allowed.</exception>
    public static bool TryTake(ProgramOutput form, long maxBytes, bool isOver, ref ReadOnlySequence<byte> output, out ReadOnlySequence<byte> message) =>
        form == ProgramOutput.Frames ? TryTakeFrame(maxBytes, ref output, out message) : TryTakeLine(maxBytes, isOver, ref output, out message);

    public static RpcException TooLong() => new(new Status(StatusCode.ResourceExhausted, "a message of the service's program is larger than allowed"));

    private static bool TryTakeFrame(long maxBytes, ref ReadOnlySequence<byte> output, out ReadOnlySequence<byte> message)
    {
        message = default;
        var reader = new SequenceReader<byte>(output);
        if (!reader.TryReadBigEndian(out int length))
        {
            return false;
        }

        if ((uint)length > maxBytes)
        {
            throw TooLong();
        }

        if (reader.Remaining < (uint)length)
        {
            return false;
        }

        message = reader.UnreadSequence.Slice(0, (uint)length);
        output = output.Slice(message.End);
        return true;
    }

    private static bool TryTakeLine(long maxBytes, bool isOver, ref ReadOnlySequence<byte> output, out ReadOnlySequence<byte> message)
    {
        message = default;
        while (message.IsEmpty)
        {
            SequencePosition? end = output.PositionOf((byte)'\n');
            ReadOnlySequence<byte> line = output.Slice(0, end ?? output.End);
            if (line.Length > maxBytes)
            {
                throw TooLong();
            }

            if (end is null && (!isOver || line.IsEmpty))
            {
                return false;
            }

            output = end is { } at ? output.Slice(output.GetPosition(1, at)) : output.Slice(output.End);
            bool hasReturn = !line.IsEmpty && line.Slice(line.Length - 1).FirstSpan[0] == (byte)'\r';
            message = hasReturn ? line.Slice(0, line.Length - 1) : line;
        }

        return true;
    }
}
