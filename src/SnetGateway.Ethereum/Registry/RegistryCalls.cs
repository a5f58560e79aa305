using System.Buffers.Binary;
using System.Text;
using SnetGateway.Ethereum.Abi;

namespace SnetGateway.Ethereum.Registry;

/// <summary>Call data and return values of view functions of the Registry contract.</summary>
internal static class RegistryCalls
{
    private const int Word = 32;
    private const int MaxUri = 2048;

    /// <summary>`getOrganizationById(bytes32)`.</summary>
    public static byte[] Organization(string organizationId) =>
        CallData.Encode(new GetOrganizationFunction { OrganizationId = IdOf(organizationId) });

    /// <summary>`getServiceRegistrationById(bytes32,bytes32)`.</summary>
    public static byte[] Service(string organizationId, string serviceId) =>
        CallData.Encode(new GetServiceFunction { OrganizationId = IdOf(organizationId), ServiceId = IdOf(serviceId) });

    /// <summary>
    /// Reads the metadata's URI from the return value of either function: `found`, `id` and the place of the URI are its first three words.
    /// </summary>
    /// <param name="output">The returned bytes.</param>
    /// <param name="uri">Null where the Registry has no such entry.</param>
    /// <returns>False for bytes that the contract cannot return.</returns>
    public static bool TryReadUri(ReadOnlySpan<byte> output, out string? uri)
    {
        uri = null;
        if (output.Length < 4 * Word || output.Length % Word != 0 || !TryReadInt(output, out int found) || found > 1)
        {
            return false;
        }

        if (!TryReadInt(output[(2 * Word)..], out int place)
            || place % Word != 0 || place > output.Length - Word
            || !TryReadInt(output[place..], out int length)
            || length > MaxUri || length > output.Length - place - Word)
        {
            return false;
        }

        // Some tools pad it with zeros.
        ReadOnlySpan<byte> text = output.Slice(place + Word, length).TrimEnd((byte)0);
        bool isText = !text.ContainsAnyExceptInRange((byte)0x21, (byte)0x7e);
        uri = found == 1 && isText && text.Length > 0 ? Encoding.ASCII.GetString(text) : null;
        return isText;
    }

    /// <summary>An id as the Registry has it: the bytes of its text, with zeros to 32 bytes.</summary>
    /// <exception cref="ArgumentException">The text has no byte, or more than 32.</exception>
    public static byte[] IdOf(string id)
    {
        byte[] text = Encoding.UTF8.GetBytes(id);
        return text.Length is > 0 and <= Word
            ? [.. text, .. new byte[Word - text.Length]]
            : throw new ArgumentException("not an id", nameof(id));
    }

    private static bool TryReadInt(ReadOnlySpan<byte> word, out int value)
    {
        value = BinaryPrimitives.ReadInt32BigEndian(word[(Word - sizeof(int))..]);
        return value >= 0 && !word[..(Word - sizeof(int))].ContainsAnyExcept((byte)0);
    }
}
