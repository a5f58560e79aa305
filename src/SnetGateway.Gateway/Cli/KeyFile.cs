using SnetGateway.Ethereum.Signatures;

namespace SnetGateway.Gateway.Cli;

/// <summary>A private key in a file. Nothing that is said of a wrong one repeats a part of it.</summary>
internal static class KeyFile
{
    private const int MaxLength = 1024;

    public static PrivateKey Read(string path)
    {
        try
        {
            using var reader = new StreamReader(path);
            var buffer = new char[MaxLength];
            int length = reader.ReadBlock(buffer);
            return PrivateKey.TryParse(buffer.AsSpan(0, length), out PrivateKey? key)
                ? key
                : throw new CommandException(ExitCodes.Usage, $"--key-file: {path} holds no private key (64 hex digits)");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CommandException(ExitCodes.Usage, $"--key-file: {path} cannot be read");
        }
    }
}
