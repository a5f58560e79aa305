using SnetGateway.Ethereum.Signatures;

namespace SnetGateway.Gateway.Cli;

/// <summary>A private key in a file: hex digits, or encrypted. No error message repeats a part of the file or of the password.</summary>
internal static class KeyFile
{
    /// <summary>The environment variable that holds the password where no password file is given.</summary>
    public const string PasswordVariable = "SNET_KEY_PASSWORD";

    private const int MaxLength = 16 * 1024;

    /// <summary>Reads a key.</summary>
    /// <param name="path">The key file.</param>
    /// <param name="passwordFile">The file with its password, without a line break at its end; null for the environment variable.</param>
    /// <exception cref="CommandException">A file cannot be read, holds no key, or the password is missing or wrong.</exception>
    public static PrivateKey Read(string path, string? passwordFile)
    {
        string text = ReadText(path, "--key-file");
        if (text.AsSpan().TrimStart().StartsWith('{'))
        {
            string? password = passwordFile is null
                ? Environment.GetEnvironmentVariable(PasswordVariable)
                : ReadText(passwordFile, "--password-file").TrimEnd('\r', '\n');
            return EncryptedKey.Open(
                path,
                text,
                password ?? throw new CommandException(
                    ExitCodes.Usage, $"--key-file: {path} is encrypted: give --password-file FILE, or set {PasswordVariable}"));
        }

        return PrivateKey.TryParse(text, out PrivateKey? key)
            ? key
            : throw new CommandException(
                ExitCodes.Usage, $"--key-file: {path} holds no private key (64 hex digits, or an encrypted key in JSON)");
    }

    private static string ReadText(string path, string option)
    {
        try
        {
            using var reader = new StreamReader(path);
            char[] buffer = new char[MaxLength + 1];
            int length = reader.ReadBlock(buffer);
            return length <= MaxLength
                ? new string(buffer, 0, length)
                : throw new CommandException(ExitCodes.Usage, $"{option}: {path} is longer than {MaxLength} characters");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CommandException(ExitCodes.Usage, $"{option}: {path} cannot be read");
        }
    }
}
