using Grpc.Core;
using SnetGateway.Gateway.Backends.Translation;
using SnetGateway.GrpcWire.Frames;

namespace SnetGateway.Gateway.Backends.Processes;

/// <summary>An answer that is one message: the program's whole output, known to be good because the program has ended.</summary>
internal static class WholeAnswer
{
    /// <summary>Reads the output into <paramref name="frame"/>, with the header of a gRPC frame before it, and waits for the program's end.</summary>
    /// <exception cref="ServiceFaultException">The program ended well, and its output cannot be translated.</exception>
    public static async Task<Status> ReadAsync(ProgramRun run, ByteBuffer frame, int maxBytes, JsonTranslation? translation)
    {
        long most = translation is null ? maxBytes : MethodMessages.MostJson(maxBytes);
        frame.Append(new byte[FrameHeader.Size]);
        while (await run.ReadAsync(frame.Rest()) is var count and > 0)
        {
            frame.Advance(count);
            if (frame.Length - FrameHeader.Size > most)
            {
                return TooLong();
            }
        }

        Status status = await run.EndAsync();
        if (status.StatusCode == StatusCode.OK && translation is not null)
        {
            byte[] message = translation.ToClient(frame.Span[FrameHeader.Size..]);
            if (message.Length > maxBytes)
            {
                return TooLong();
            }

            frame.Drop(frame.Length);
            frame.Append(new byte[FrameHeader.Size]);
            frame.Append(message);
        }

        new FrameHeader(IsCompressed: false, (uint)(frame.Length - FrameHeader.Size)).Write(frame.Writable.Span);
        return status;
    }

    private static Status TooLong() => new(StatusCode.ResourceExhausted, "the answer of the service's program is larger than allowed");
}
