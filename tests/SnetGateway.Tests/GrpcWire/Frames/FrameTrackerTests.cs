using SnetGateway.GrpcWire.Frames;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.GrpcWire.Frames;

public sealed class FrameTrackerTests(ITestOutputHelper output)
{
    private const uint Limit = 300;

    [Fact]
    public void Advance_EmptyMessage_HeaderThenMessageWithoutAnotherByte()
    {
        var tracker = new FrameTracker(0);
        Assert.Equal(FrameEvent.HeaderComplete, tracker.Advance([0, 0, 0, 0, 0], out int consumed));
        Assert.Equal(5, consumed);
        Assert.True(tracker.IsInsideFrame);
        Assert.Equal(FrameEvent.MessageComplete, tracker.Advance([], out consumed));
        Assert.Equal(0, consumed);
        Assert.False(tracker.IsInsideFrame);
        Assert.Equal(FrameEvent.None, tracker.Advance([], out _));
    }

    [Fact]
    public void Advance_LongestLength_CountedWithoutOverflow()
    {
        var tracker = new FrameTracker(uint.MaxValue);
        Assert.Equal(FrameEvent.HeaderComplete, tracker.Advance([1, 255, 255, 255, 255, 9], out int consumed));
        Assert.Equal(5, consumed);
        Assert.Equal(uint.MaxValue, tracker.Length);
        Assert.Equal(FrameEvent.None, tracker.Advance(new byte[1000], out consumed));
        Assert.Equal(1000, consumed);
        Assert.True(tracker.IsInsideFrame);
    }

    [Fact]
    public void Advance_AfterFailure_StaysFailed()
    {
        var tracker = new FrameTracker(10);
        Assert.Equal(FrameEvent.TooLong, tracker.Advance([0, 0, 0, 0, 11, 1], out _));
        Assert.Equal(11u, tracker.Length);
        Assert.Equal(FrameEvent.TooLong, tracker.Advance([0, 0, 0, 0, 1], out int consumed));
        Assert.Equal(0, consumed);
        Assert.Equal(FrameEvent.TooLong, tracker.Skip([0]));
    }

    [Fact]
    public void Advance_Chunks_AllocateNothing()
    {
        var tracker = new FrameTracker(Limit);
        byte[] stream = [0, 0, 0, 0, 3, 1, 2, 3, 1, 0, 0, 0, 0];
        tracker.Skip(stream);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int round = 0; round < 1000; round++)
        {
            tracker.Skip(stream);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Advance_GeneratedStreamsInGeneratedChunks_AgreesWithAPlainParser()
    {
        Random random = Seeds.Random(output.WriteLine);
        for (int round = 0; round < 100_000; round++)
        {
            byte[] stream = MakeStream(random);
            (List<(FrameEvent, int, uint)> Events, bool IsInside) expected = ReadPlainly(stream);

            var tracker = new FrameTracker(Limit);
            var seen = new List<(FrameEvent, int, uint)>();
            int position = 0;
            bool hasFailed = false;
            while (position < stream.Length && !hasFailed)
            {
                int end = Math.Min(stream.Length, position + random.Next(1, 12));
                while (true)
                {
                    FrameEvent step = tracker.Advance(stream.AsSpan(position, end - position), out int consumed);
                    position += consumed;
                    if (step == FrameEvent.None)
                    {
                        Assert.Equal(end, position);
                        break;
                    }

                    hasFailed = step is FrameEvent.InvalidFlag or FrameEvent.TooLong;
                    seen.Add((step, hasFailed ? -1 : position, step == FrameEvent.InvalidFlag ? 0 : tracker.Length));
                    if (hasFailed)
                    {
                        break;
                    }
                }
            }

            Assert.Equal(expected.Events, seen);
            if (!hasFailed)
            {
                Assert.Equal(expected.IsInside, tracker.IsInsideFrame);
            }

            var skipper = new FrameTracker(Limit);
            FrameEvent skipped = skipper.Skip(stream);
            Assert.Equal(hasFailed, skipped != FrameEvent.None);
            Assert.Equal(tracker.IsInsideFrame, skipper.IsInsideFrame);
        }
    }

    private static byte[] MakeStream(Random random)
    {
        var stream = new List<byte>();
        for (int frames = random.Next(6); frames > 0; frames--)
        {
            int length = random.Next(8) == 0 ? random.Next(0, 400) : random.Next(0, 12);
            stream.Add((byte)(random.Next(30) == 0 ? random.Next(256) : random.Next(2)));
            stream.AddRange([0, 0, (byte)(length >> 8), (byte)length]);
            byte[] body = new byte[length];
            random.NextBytes(body);
            stream.AddRange(body);
        }

        int cut = random.Next(3) == 0 ? random.Next(stream.Count + 1) : stream.Count;
        return [.. stream.Take(cut)];
    }

    private static (List<(FrameEvent, int, uint)> Events, bool IsInside) ReadPlainly(byte[] stream)
    {
        var events = new List<(FrameEvent, int, uint)>();
        int at = 0;
        while (at < stream.Length)
        {
            if (stream[at] > 1)
            {
                events.Add((FrameEvent.InvalidFlag, -1, 0));
                return (events, false);
            }

            if (stream.Length - at < 5)
            {
                return (events, true);
            }

            uint length = ((uint)stream[at + 1] << 24) + ((uint)stream[at + 2] << 16) + ((uint)stream[at + 3] << 8) + stream[at + 4];
            at += 5;
            if (length > Limit)
            {
                events.Add((FrameEvent.TooLong, -1, length));
                return (events, true);
            }

            events.Add((FrameEvent.HeaderComplete, at, length));
            if (stream.Length - at < length)
            {
                return (events, true);
            }

            at += (int)length;
            events.Add((FrameEvent.MessageComplete, at, length));
        }

        return (events, false);
    }
}
