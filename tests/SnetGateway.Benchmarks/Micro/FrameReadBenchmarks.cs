using BenchmarkDotNet.Attributes;
using SnetGateway.GrpcWire.Frames;

namespace SnetGateway.Benchmarks.Micro;

/// <summary>Following the frames of one unary message, in each direction once per paid call.</summary>
public class FrameReadBenchmarks
{
    private readonly byte[] _frame = MakeFrame(64);
    private readonly byte[] _long = MakeFrame(64 * 1024);

    [Benchmark(Baseline = true)]
    public FrameEvent OneShortMessage() => new FrameTracker(4 * 1024 * 1024).Skip(_frame);

    [Benchmark]
    public FrameEvent OneLongMessageInChunks()
    {
        var tracker = new FrameTracker(4 * 1024 * 1024);
        Span<byte> rest = _long.AsSpan();
        while (rest.Length > 4096)
        {
            tracker.Skip(rest[..4096]);
            rest = rest[4096..];
        }

        return tracker.Skip(rest);
    }

    private static byte[] MakeFrame(int messageBytes)
    {
        byte[] frame = new byte[FrameHeader.Size + messageBytes];
        new FrameHeader(IsCompressed: false, (uint)messageBytes).Write(frame);
        return frame;
    }
}
