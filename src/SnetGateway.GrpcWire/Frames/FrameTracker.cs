namespace SnetGateway.GrpcWire.Frames;

/// <summary>
/// Follows gRPC frames in a stream of bytes that arrives in chunks of any size, without keeping or copying a byte.
/// A mutable value: keep it in a field and never copy it.
/// </summary>
/// <param name="maxLength">The longest message accepted, in bytes as sent; a value made by <c>default</c> accepts empty messages
/// only.</param>
public struct FrameTracker(uint maxLength)
{
    private readonly uint _maxLength = maxLength;
    private uint _length;
    private uint _remaining;
    private int _headerBytes;
    private FrameEvent _failure;

    /// <summary>Length of the current message in bytes, as sent.</summary>
    public readonly uint Length => _length;

    /// <summary>True inside a frame: a stream that ends here is truncated.</summary>
    public readonly bool IsInsideFrame => _headerBytes > 0;

    /// <summary>
    /// Reads bytes up to the next event. Call it with the rest of the chunk until it returns <see cref="FrameEvent.None"/>, also when the
    /// rest is empty: an empty message is complete without another byte.
    /// </summary>
    /// <param name="data">The bytes after those consumed so far.</param>
    /// <param name="consumed">How many of them were consumed for this event. 0 after a failure.</param>
    public FrameEvent Advance(ReadOnlySpan<byte> data, out int consumed)
    {
        if (_failure != FrameEvent.None)
        {
            consumed = 0;
            return _failure;
        }

        return _headerBytes < FrameHeader.Size ? AdvanceHeader(data, out consumed) : AdvanceMessage(data, out consumed);
    }

    /// <summary>Reads a whole chunk without reporting its messages. Returns <see cref="FrameEvent.None"/> or the failure.</summary>
    public FrameEvent Skip(ReadOnlySpan<byte> data)
    {
        while (true)
        {
            FrameEvent step = Advance(data, out int consumed);
            if (step is FrameEvent.None or FrameEvent.InvalidFlag or FrameEvent.TooLong)
            {
                return step;
            }

            data = data[consumed..];
        }
    }

    private FrameEvent AdvanceHeader(ReadOnlySpan<byte> data, out int consumed)
    {
        consumed = 0;
        while (consumed < data.Length)
        {
            byte next = data[consumed];
            if (_headerBytes == 0)
            {
                if (next > 1)
                {
                    consumed = 0;
                    return _failure = FrameEvent.InvalidFlag;
                }

                _length = 0;
            }
            else
            {
                _length = (_length << 8) | next;
            }

            consumed++;
            if (++_headerBytes == FrameHeader.Size)
            {
                if (_length > _maxLength)
                {
                    return _failure = FrameEvent.TooLong;
                }

                _remaining = _length;
                return FrameEvent.HeaderComplete;
            }
        }

        return FrameEvent.None;
    }

    private FrameEvent AdvanceMessage(ReadOnlySpan<byte> data, out int consumed)
    {
        consumed = (int)Math.Min(_remaining, (uint)data.Length);
        _remaining -= (uint)consumed;
        if (_remaining > 0)
        {
            return FrameEvent.None;
        }

        _headerBytes = 0;
        return FrameEvent.MessageComplete;
    }
}
