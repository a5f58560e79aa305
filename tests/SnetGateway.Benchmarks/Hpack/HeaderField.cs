using System.Buffers.Text;
using System.Text;

namespace SnetGateway.Benchmarks.Hpack;

/// <summary>One header of a decoded block, with the two numbers that a load driver asks for already read.</summary>
internal sealed class HeaderField(byte[] name, byte[] value)
{
    public byte[] Name { get; } = name;

    public byte[] Value { get; } = value;

    public HeaderKind Kind { get; } = KindOf(name);

    /// <summary>The value as a number, -1 where it is none.</summary>
    public int Number { get; } = NumberOf(value);

    /// <summary>What the entry counts for in a dynamic table (RFC 7541, 4.1).</summary>
    public int Size => Name.Length + Value.Length + 32;

    public static HeaderField From(string name, string value) => new(Encoding.ASCII.GetBytes(name), Encoding.ASCII.GetBytes(value));

    public static HeaderKind KindOf(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("grpc-status"u8) ? HeaderKind.GrpcStatus
        : name.SequenceEqual(":status"u8) ? HeaderKind.HttpStatus
        : name.SequenceEqual("grpc-message"u8) ? HeaderKind.GrpcMessage
        : HeaderKind.Other;

    public static int NumberOf(ReadOnlySpan<byte> value) =>
        Utf8Parser.TryParse(value, out int number, out int consumed) && consumed == value.Length ? number : -1;
}
