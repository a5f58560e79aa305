using System.Buffers;

namespace SnetGateway.ProtoJson;

/// <summary>A JSON text that is written, as long as it is not too long: a byte of protobuf can stand for a long name.</summary>
internal sealed class JsonOutput(long maxBytes) : IBufferWriter<byte>
{
    private readonly ArrayBufferWriter<byte> _written = new();

    public void Advance(int count) => _written.Advance(count);

    public Memory<byte> GetMemory(int sizeHint = 0) => Checked().GetMemory(sizeHint);

    public Span<byte> GetSpan(int sizeHint = 0) => Checked().GetSpan(sizeHint);

    /// <exception cref="JsonTooLongException">The text is too long.</exception>
    public byte[] ToArray() => Checked().WrittenSpan.ToArray();

    private ArrayBufferWriter<byte> Checked() => _written.WrittenCount <= maxBytes ? _written : throw new JsonTooLongException(maxBytes);
}
