using SnetGateway.Grpc.Frames;
using SnetGateway.Grpc.Statuses;

namespace SnetGateway.Gateway.Backends.Processes;

/// <summary>An answer that is one message: the program's whole output, known to be good because the program has ended.</summary>
internal static class WholeAnswer
{
    /// <summary>Reads the output into <paramref name="frame"/>, with the header of a gRPC frame before it, and waits for the program's end.</summary>
    public static async Task<GrpcStatus> ReadAsync(ProgramRun run, ByteBuffer frame, int maxBytes)
    {
        frame.Append(new byte[FrameHeader.Size]);
        while (await run.ReadAsync(frame.Rest()) is var count and > 0)
        {
            frame.Advance(count);
            if (frame.Length - FrameHeader.Size > maxBytes)
            {
                return new GrpcStatus(GrpcStatusCode.ResourceExhausted, "the answer of the service's program is larger than allowed");
            }
        }

        new FrameHeader(IsCompressed: false, (uint)(frame.Length - FrameHeader.Size)).Write(frame.Writable.Span);
        return await run.EndAsync();
    }
}
