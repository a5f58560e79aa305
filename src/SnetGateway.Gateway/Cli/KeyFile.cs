using SnetGateway.Ethereum.Signatures;
using SnetGateway.Gateway.Keys;

namespace SnetGateway.Gateway.Cli;

/// <summary>A private key in a file: hex digits, or encrypted. No error message repeats a part of the file or of the password.</summary>
internal static class KeyFile
{
    /// <summary>The environment variable that holds the password where no password file is given.</summary>
    public const string PasswordVariable = "SNET_KEY_PASSWORD";

    private const string KeyOption = "--key-file";

    /// <summary>Reads a key.</summary>
    /// <param name="path">The key file.</param>
    /// <param name="passwordFile">The file with its password, without a line break at its end; null for the environment variable.</param>
    /// <exception cref="CommandException">A file cannot be read, holds no key, or the password is missing or wrong.</exception>
    public static PrivateKey Read(string path, string? passwordFile)
    {
        string text = Of(KeyOption, () => KeyFileText.Read(path));
        if (KeyFileText.IsEncrypted(text))
        {
            string? password = passwordFile is null
                ? Environment.GetEnvironmentVariable(PasswordVariable)
                : Of("--password-file", () => KeyFileText.ReadPassword(passwordFile));
            return password is null
                ? throw new CommandException(
                    ExitCodes.Usage, $"{KeyOption}: {path} is encrypted: give --password-file FILE, or set {PasswordVariable}")
                : Of(KeyOption, () => EncryptedKey.Open(path, text, password));
        }

        return PrivateKey.TryParse(text, out PrivateKey? key)
            ? key
            : throw new CommandException(
                ExitCodes.Usage, $"{KeyOption}: {path} holds no private key (64 hex digits, or an encrypted key in JSON)");
    }

    private static T Of<T>(string option, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (KeyFileException exception)
        {
            throw new CommandException(ExitCodes.Usage, $"{option}: {exception.Message}");
        }
    }
}
