using Grpc.Core;

namespace SnetGateway.GrpcWire.Headers;

/// <summary>
/// The base64 of metadata whose name ends in <c>-bin</c>: the standard alphabet, padded when the length is a multiple of
/// 4 and unpadded otherwise. Several values joined with a comma are not taken apart: a comma makes the value malformed.
/// </summary>
public static class BinaryMetadata
{
    private const int StackCharacters = 256;

    /// <summary>The most bytes that a value of this many characters can hold.</summary>
    public static int MaxDecodedLength(int characters) => (int)(((long)characters + 3) / 4 * 3);

    /// <summary>Decodes a value into <paramref name="destination"/>; false when it is malformed or does not fit. An empty value is zero bytes.</summary>
    public static bool TryDecode(ReadOnlySpan<char> value, Span<byte> destination, out int written)
    {
        written = 0;
        var missing = -value.Length & 3;

        // .NET's decoder skips white space, and requires the padding that gRPC asks senders to omit.
        if (value.ContainsAny(" \t\r\n") || (missing > 0 && value.Contains('=')))
        {
            return false;
        }

        if (missing == 0)
        {
            return Convert.TryFromBase64Chars(value, destination, out written);
        }

        var length = value.Length + missing;
        Span<char> padded = length <= StackCharacters ? stackalloc char[StackCharacters] : new char[length];
        value.CopyTo(padded);
        padded[value.Length..length].Fill('=');
        return Convert.TryFromBase64Chars(padded[..length], destination, out written);
    }

    /// <summary>Encodes bytes for a header, unpadded as gRPC asks senders to do.</summary>
    public static string Encode(ReadOnlySpan<byte> value) => Convert.ToBase64String(value).TrimEnd('=');

    /// <summary>The value of an entry as a header carries it.</summary>
    public static string ToHeader(Metadata.Entry entry) => entry.IsBinary ? Encode(entry.ValueBytes) : entry.Value;
}
