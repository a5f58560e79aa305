namespace SnetGateway.GrpcWire.Web;

/// <summary>
/// Decodes the base64 of <c>application/grpc-web-text</c> from chunks of any size. A client encodes each piece of its body separately, so a
/// group of four characters may end in padding in the middle of the text. A mutable value: keep it in a field and never copy it.
/// </summary>
public struct GrpcWebTextDecoder
{
    private const int GroupCharacters = 4;
    private const int GroupBytes = 3;

    private uint _bits;
    private int _characters;
    private int _padding;

    /// <summary>True inside a group of four characters: a text that ends here is truncated.</summary>
    public readonly bool IsInsideGroup => _characters > 0;

    /// <summary>True after an invalid character. Final: nothing more is decoded.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Upper bound of the decoded length of this many characters.</summary>
    public static int MaxBytes(int characters) => (characters + GroupCharacters - 1) / GroupCharacters * GroupBytes;

    /// <summary>Decodes a chunk and returns the number of bytes. Check <see cref="HasFailed"/> afterwards.</summary>
    /// <param name="text">The ASCII characters after those decoded so far.</param>
    /// <param name="bytes">Room for at least <see cref="MaxBytes"/> of the text's length.</param>
    public int Decode(ReadOnlySpan<byte> text, Span<byte> bytes)
    {
        int written = 0;
        foreach (byte character in text)
        {
            if (HasFailed || !Take(character))
            {
                HasFailed = true;
                break;
            }

            if (_characters == GroupCharacters)
            {
                written += EndGroup(bytes[written..]);
            }
        }

        return written;
    }

    private static int ValueOf(byte character) => character switch
    {
        >= (byte)'A' and <= (byte)'Z' => character - 'A',
        >= (byte)'a' and <= (byte)'z' => character - 'a' + 26,
        >= (byte)'0' and <= (byte)'9' => character - '0' + 52,
        (byte)'+' => 62,
        (byte)'/' => 63,
        _ => -1,
    };

    private bool Take(byte character)
    {
        int value = 0;
        if (character == '=')
        {
            // One byte needs two characters, so padding is valid only in the third and fourth place.
            if (_characters < 2)
            {
                return false;
            }

            _padding++;
        }
        else
        {
            value = ValueOf(character);
            if (value < 0 || _padding > 0)
            {
                return false;
            }
        }

        _bits = (_bits << 6) | (uint)value;
        _characters++;
        return true;
    }

    private int EndGroup(Span<byte> bytes)
    {
        int count = GroupBytes - _padding;
        for (int i = 0; i < count; i++)
        {
            bytes[i] = (byte)(_bits >> (16 - (8 * i)));
        }

        _bits = 0;
        _characters = 0;
        _padding = 0;
        return count;
    }
}
