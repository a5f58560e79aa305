using System.Buffers.Binary;

namespace SnetGateway.Gateway.Backends.Processes;

/// <summary>Finds the messages in a program's output, in whatever pieces it comes.</summary>
internal sealed class OutputSplitter(ProgramOutput form, long maxBytes) : IDisposable
{
    private const int LengthBytes = sizeof(uint);

    private readonly ByteBuffer _output = new();
    private int _left;
    private int _behind;
    private int _searched;

    /// <summary>What is left of the message that was found.</summary>
    public ReadOnlySpan<byte> Message => _output.Span[.._left];

    /// <summary>Whether there is output that belongs to no message yet.</summary>
    public bool HasRest => _output.Length > 0;

    /// <summary>Whether the next message is longer than allowed. Nothing is found any more.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>Where more output goes; <see cref="Advance"/> says how much of it.</summary>
    public Memory<byte> Room() => _output.Rest();

    public void Advance(int count) => _output.Advance(count);

    /// <summary>Finds the next message, when the one before was dropped whole.</summary>
    /// <param name="isOver">Whether no more output will come, so that a line needs no end.</param>
    public bool TryFind(bool isOver) => !IsTooLong && (form == ProgramOutput.Frames ? TryFindFrame() : TryFindLine(isOver));

    /// <summary>Drops so much of the message; with its last byte what stands behind it, too.</summary>
    public void Drop(int count)
    {
        _output.Drop(count);
        _left -= count;
        if (_left == 0)
        {
            _output.Drop(_behind);
            _behind = 0;
        }
    }

    public void Dispose() => _output.Dispose();

    private bool TryFindFrame()
    {
        if (_output.Length < LengthBytes)
        {
            return false;
        }

        uint length = BinaryPrimitives.ReadUInt32BigEndian(_output.Span);
        IsTooLong = length > maxBytes;
        if (IsTooLong || _output.Length - LengthBytes < length)
        {
            return false;
        }

        _output.Drop(LengthBytes);
        _left = (int)length;
        return true;
    }

    private bool TryFindLine(bool isOver)
    {
        while (true)
        {
            ReadOnlySpan<byte> output = _output.Span;
            int at = output[_searched..].IndexOf((byte)'\n');
            int length = at < 0 ? output.Length : _searched + at;
            _searched = at < 0 ? output.Length : 0;
            IsTooLong = length > maxBytes;
            if (IsTooLong || (at < 0 && !(isOver && length > 0)))
            {
                return false;
            }

            int end = at < 0 ? 0 : 1;
            _searched = 0;
            if (length > 0 && output[length - 1] == (byte)'\r')
            {
                length--;
                end++;
            }

            if (length > 0)
            {
                (_left, _behind) = (length, end);
                return true;
            }

            _output.Drop(end);
        }
    }
}
