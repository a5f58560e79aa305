using System.Text;

namespace SnetGateway.ProtoJson;

/// <summary>
/// Paths of field masks in JSON's spelling. The protobuf library converts them too, but accepts and writes some that cannot be converted
/// back.
/// </summary>
internal static class FieldMaskPaths
{
    /// <summary>From <c>userName</c> to <c>user_name</c>; null when the text is not a path in JSON's spelling.</summary>
    public static string? Read(ReadOnlySpan<char> path)
    {
        var text = new StringBuilder(path.Length + 4);
        foreach (char character in path)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character != '.')
            {
                return null;
            }

            if (char.IsAsciiLetterUpper(character))
            {
                text.Append('_').Append(char.ToLowerInvariant(character));
            }
            else
            {
                text.Append(character);
            }
        }

        return path.IsEmpty ? null : text.ToString();
    }

    /// <summary>From <c>user_name</c> to <c>userName</c>; null when converting back would give another path.</summary>
    public static string? Format(string path)
    {
        var text = new StringBuilder(path.Length);
        bool isAfterUnderscore = false;
        foreach (char character in path)
        {
            if (isAfterUnderscore && !char.IsAsciiLetterLower(character))
            {
                return null;
            }

            if (character == '_')
            {
                isAfterUnderscore = true;
                continue;
            }

            if (char.IsAsciiLetterUpper(character) || (!char.IsAsciiLetterOrDigit(character) && character != '.'))
            {
                return null;
            }

            text.Append(isAfterUnderscore ? char.ToUpperInvariant(character) : character);
            isAfterUnderscore = false;
        }

        return isAfterUnderscore || path.Length == 0 ? null : text.ToString();
    }
}
