using System.Buffers;
using SnetGateway.Gateway.Listeners;
using Xunit;

namespace SnetGateway.Tests.Gateway.Listeners;

public sealed class Http2PrefaceTests
{
    [Fact]
    public void CompletePreface_IsHttp2_AndEachPrefixIsUndecided()
    {
        byte[] preface = Http2Preface.Bytes.ToArray();
        Assert.Equal(24, preface.Length);
        for (int length = 0; length < preface.Length; length++)
        {
            Assert.Equal(PrefaceResult.Undecided, Http2Preface.Check(new ReadOnlySequence<byte>(preface, 0, length)));
        }

        Assert.Equal(PrefaceResult.Http2, Http2Preface.Check(new ReadOnlySequence<byte>(preface)));
        Assert.Equal(PrefaceResult.Http2, Http2Preface.Check(new ReadOnlySequence<byte>([.. preface, 0, 0, 0])));
    }

    [Fact]
    public void AnyByteThatDiffers_IsHttp11_Immediately()
    {
        for (int at = 0; at < Http2Preface.Bytes.Length; at++)
        {
            byte[] bytes = Http2Preface.Bytes[..(at + 1)].ToArray();
            bytes[at] ^= 1;
            Assert.Equal(PrefaceResult.Http1, Http2Preface.Check(new ReadOnlySequence<byte>(bytes)));
        }
    }

    [Fact]
    public void Segments_AreReadAsOne()
    {
        byte[] preface = Http2Preface.Bytes.ToArray();
        for (int cut = 1; cut < preface.Length; cut++)
        {
            var first = new Segment(preface.AsMemory(0, cut), null);
            var second = new Segment(preface.AsMemory(cut), first);
            Assert.Equal(PrefaceResult.Http2, Http2Preface.Check(new ReadOnlySequence<byte>(first, 0, second, preface.Length - cut)));
        }
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? before)
        {
            Memory = memory;
            if (before is not null)
            {
                before.Next = this;
                RunningIndex = before.RunningIndex + before.Memory.Length;
            }
        }
    }
}
