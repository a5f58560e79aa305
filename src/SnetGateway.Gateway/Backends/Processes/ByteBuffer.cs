using System.Buffers;

namespace SnetGateway.Gateway.Backends.Processes;

/// <summary>Bytes that are gathered in pooled memory, which grows as they come and not as they are announced.</summary>
internal sealed class ByteBuffer : IDisposable
{
    private const int Smallest = 16 * 1024;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(Smallest);
    private int _start;
    private int _end;
    private bool _isDisposed;

    public int Length => _end - _start;

    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(_start, Length);

    /// <summary>The same bytes, to be changed.</summary>
    public Memory<byte> Writable => _bytes.AsMemory(_start, Length);

    public ReadOnlySpan<byte> Span => _bytes.AsSpan(_start, Length);

    /// <summary>Room for more, of at least one byte. <see cref="Advance"/> says how much of it was used.</summary>
    public Memory<byte> Rest()
    {
        if (_end == _bytes.Length)
        {
            MakeRoom();
        }

        return _bytes.AsMemory(_end);
    }

    public void Advance(int count) => _end += count;

    /// <summary>Drops bytes from the beginning.</summary>
    public void Drop(int count)
    {
        _start += count;
        if (_start == _end)
        {
            _start = _end = 0;
        }
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            Span<byte> rest = Rest().Span;
            int count = Math.Min(rest.Length, bytes.Length);
            bytes[..count].CopyTo(rest);
            Advance(count);
            bytes = bytes[count..];
        }
    }

    public void Dispose()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = [];
            _start = _end = 0;
        }
    }

    private void MakeRoom()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_start >= _bytes.Length / 2)
        {
            Span.CopyTo(_bytes);
            _end -= _start;
            _start = 0;
            return;
        }

        byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(2L * _bytes.Length, Array.MaxLength));
        int length = Length;
        Span.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        (_bytes, _start, _end) = (larger, 0, length);
    }
}
