using System.Diagnostics.CodeAnalysis;

namespace SnetGateway.Payments.Values;

/// <summary>32 bytes with no number in them: a block hash, a group id, a journal hash.</summary>
public readonly struct Bytes32 : IEquatable<Bytes32>
{
    public const int Size = 32;

    private readonly UInt256 _value;

    public Bytes32(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Size);
        _value = UInt256.ReadBigEndian(bytes);
    }

    public bool IsZero => _value.IsZero;

    public static bool operator ==(Bytes32 left, Bytes32 right) => left._value == right._value;

    public static bool operator !=(Bytes32 left, Bytes32 right) => left._value != right._value;

    /// <summary>Reads the base64 text of organisation metadata, which must be exactly 32 bytes.</summary>
    public static bool TryParseBase64(string? text, out Bytes32 value)
    {
        Span<byte> bytes = stackalloc byte[Size];
        if (text is null || text.Length != 44 || !Convert.TryFromBase64String(text, bytes, out int written) || written != Size)
        {
            value = default;
            return false;
        }

        value = new Bytes32(bytes);
        return true;
    }

    public void WriteTo(Span<byte> destination) => _value.WriteBigEndian(destination);

    public byte[] ToBytes() => _value.ToBigEndian();

    public bool Equals(Bytes32 other) => _value == other._value;

    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Bytes32 other && Equals(other);

    public override int GetHashCode() => _value.GetHashCode();

    /// <summary>Lower case hex with 0x.</summary>
    public override string ToString() => "0x" + Convert.ToHexStringLower(ToBytes());
}
