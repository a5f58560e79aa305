namespace SnetGateway.Gateway.Keys;

/// <summary>Reads key files and files of passwords, up to a length.</summary>
internal static class KeyFileText
{
    private const int MaxLength = 16 * 1024;

    /// <summary>The content of a key file. Throws <see cref="KeyFileException"/>.</summary>
    public static string Read(string path)
    {
        try
        {
            using var reader = new StreamReader(path);
            char[] buffer = new char[MaxLength + 1];
            int length = reader.ReadBlock(buffer);
            return length <= MaxLength
                ? new string(buffer, 0, length)
                : throw new KeyFileException($"{path} is longer than {MaxLength} characters");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new KeyFileException($"{path} cannot be read");
        }
    }

    /// <summary>A password: the content of its file without line breaks at the end. Throws <see cref="KeyFileException"/>.</summary>
    public static string ReadPassword(string path) => Read(path).TrimEnd('\r', '\n');

    /// <summary>Whether the content of a key file is encrypted.</summary>
    public static bool IsEncrypted(string text) => text.AsSpan().TrimStart().StartsWith('{');
}
