using System.Buffers;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text;
using Grpc.Core;

namespace SnetGateway.GrpcWire.Headers;

/// <summary>
/// The base64 of metadata whose name ends in <c>-bin</c>: the standard alphabet, with or without padding. Several values joined by a comma
/// are not split: a comma makes the value malformed.
/// </summary>
public static class BinaryMetadata
{
    private const int StackBytes = 256;

    /// <summary>Upper bound of the decoded length of a value with this many characters.</summary>
    public static int MaxDecodedLength(int characters) => (int)(((long)characters + 3) / 4 * 3);

    /// <summary>
    /// Decodes a value into <paramref name="destination"/>; false when it is malformed or does not fit. An empty value is zero bytes.
    /// </summary>
    [SkipLocalsInit]
    public static bool TryDecode(ReadOnlySpan<char> value, Span<byte> destination, out int written)
    {
        written = 0;
        int padding = value.Length % 4 != 0 || !value.EndsWith('=') ? 0 : value.EndsWith("==") ? 2 : 1;
        int whole = (value.Length - padding) & ~3;
        ReadOnlySpan<char> tail = value[whole..^padding];
        Span<byte> text = whole <= StackBytes ? stackalloc byte[StackBytes] : new byte[whole];

        // .NET's decoders skip white space. Only the last group can have padding; it is decoded below.
        if (value.ContainsAny(" \t\r\n") || tail.Contains('=')
            || Ascii.FromUtf16(value[..whole], text, out _) != OperationStatus.Done
            || Base64.DecodeFromUtf8(text[..whole], destination, out _, out int count, isFinalBlock: false) != OperationStatus.Done)
        {
            return false;
        }

        if (!tail.IsEmpty)
        {
            // Unused bits of the last group are ignored, as in the Go implementation: Convert ignores them, Base64 does not.
            Span<char> group = ['=', '=', '=', '='];
            tail.CopyTo(group);
            if (!Convert.TryFromBase64Chars(group, destination[count..], out int last))
            {
                return false;
            }

            count += last;
        }

        written = count;
        return true;
    }

    /// <summary>Encodes bytes for a header, without padding, as gRPC asks of senders.</summary>
    public static string Encode(ReadOnlySpan<byte> value) => Convert.ToBase64String(value).TrimEnd('=');

    /// <summary>The header value of a metadata entry.</summary>
    public static string ToHeader(Metadata.Entry entry) => entry.IsBinary ? Encode(entry.ValueBytes) : entry.Value;
}
