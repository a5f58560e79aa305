namespace SnetGateway.Gateway.Hooks;

/// <summary>A secret in a file. It is read at each delivery, so a changed one needs no restart, and it appears in no text.</summary>
internal static class HookSecret
{
    /// <summary>The file's text without white space around it; null where no file is named.</summary>
    /// <exception cref="HookException">The file cannot be read, or does not hold one line.</exception>
    public static string? Read(string? path)
    {
        try
        {
            string? secret = string.IsNullOrEmpty(path) ? null : File.ReadAllText(path).Trim();
            return secret?.Any(char.IsControl) == true ? throw new HookException($"The file {path} holds more than one line.") : secret;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new HookException($"The file {path} cannot be read.");
        }
    }
}
