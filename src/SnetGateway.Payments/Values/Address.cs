using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace SnetGateway.Payments.Values;

/// <summary>
/// The 20 bytes of an Ethereum address. Its text form with a checksum (EIP-55) needs Keccak and lives with the chain code.
/// </summary>
public readonly struct Address : IEquatable<Address>
{
    public const int Size = 20;

    private readonly ulong _high, _middle;
    private readonly uint _low;

    public Address(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Size);
        _high = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _middle = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _low = BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]);
    }

    public bool IsZero => _high == 0 && _middle == 0 && _low == 0;

    public static bool operator ==(Address left, Address right) => left.Equals(right);

    public static bool operator !=(Address left, Address right) => !left.Equals(right);

    /// <summary>
    /// Reads "0x" and 40 hex digits of any case. Nothing shorter, longer or partly hex: lenient reading gave one person many names
    /// (trap 13).
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Address address)
    {
        address = default;
        if (text.Length != 2 + (2 * Size) || text[0] != '0' || text[1] != 'x')
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[Size];
        if (Convert.FromHexString(text[2..], bytes, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            return false;
        }

        address = new Address(bytes);
        return true;
    }

    /// <summary>Reads "0x" and 40 hex digits, or throws <see cref="FormatException"/>. For tests and checked configuration.</summary>
    public static Address Parse(string text) =>
        TryParse(text, out Address address)
            ? address
            : throw new FormatException($"'{text}' is not an address. Expected 0x and 40 hex digits.");

    public void WriteTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _high);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _middle);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], _low);
    }

    public byte[] ToBytes()
    {
        byte[] bytes = new byte[Size];
        WriteTo(bytes);
        return bytes;
    }

    public bool Equals(Address other) => _high == other._high && _middle == other._middle && _low == other._low;

    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Address other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(_high, _middle, _low);

    /// <summary>Lower case hex with 0x, for logs.</summary>
    public override string ToString() => "0x" + Convert.ToHexStringLower(ToBytes());
}
