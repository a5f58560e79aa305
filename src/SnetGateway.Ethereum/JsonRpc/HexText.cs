using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.JsonRpc;

/// <summary>Numbers and bytes in Ethereum's JSON encoding: quantities ("0x4e", without leading zeros) and data (whole bytes).</summary>
internal static class HexText
{
    public static string Quantity(ulong value) => "0x" + value.ToString("x", CultureInfo.InvariantCulture);

    public static string Data(ReadOnlySpan<byte> bytes) => "0x" + Convert.ToHexStringLower(bytes);

    /// <summary>Reads a quantity of up to 64 bits, such as a block number or chain id.</summary>
    public static bool TryReadQuantity(JsonElement value, out ulong number)
    {
        number = 0;
        return Text(value) is { Length: > 2 and <= 18 } text
            && text.StartsWith("0x", StringComparison.Ordinal)
            && (text[2] != '0' || text.Length == 3)
            && ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>Reads a quantity of up to 256 bits, such as a balance.</summary>
    public static bool TryReadLargeQuantity(JsonElement value, out UInt256 number)
    {
        number = default;
        return Text(value) is { Length: > 2 and <= 66 } text
            && text.StartsWith("0x", StringComparison.Ordinal)
            && (text[2] != '0' || text.Length == 3)
            && BigInteger.TryParse("0" + text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out BigInteger parsed)
            && UInt256.TryReadBigEndian(parsed.ToByteArray(isUnsigned: true, isBigEndian: true), out number);
    }

    /// <summary>Reads data of any length.</summary>
    public static bool TryReadData(JsonElement value, out byte[] bytes)
    {
        bytes = [];
        if (Text(value) is not { Length: >= 2 } text
            || !text.StartsWith("0x", StringComparison.Ordinal)
            || text.Length % 2 != 0)
        {
            return false;
        }

        bytes = new byte[(text.Length - 2) / 2];
        return Convert.FromHexString(text.AsSpan(2), bytes, out _, out _) == OperationStatus.Done;
    }

    /// <summary>Reads data of exactly 32 bytes: hashes and topics.</summary>
    public static bool TryReadBytes32(JsonElement value, out Bytes32 bytes)
    {
        bool fits = TryReadData(value, out byte[] data) && data.Length == Bytes32.Size;
        bytes = fits ? new Bytes32(data) : default;
        return fits;
    }

    /// <summary>Reads data of exactly 20 bytes.</summary>
    public static bool TryReadAddress(JsonElement value, out Address address)
    {
        bool fits = TryReadData(value, out byte[] data) && data.Length == Address.Size;
        address = fits ? new Address(data) : default;
        return fits;
    }

    /// <summary>The text of a JSON string; null for any other value, and for a string with an invalid surrogate pair.</summary>
    public static string? Text(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
