namespace SnetGateway.Gateway.Prepaid;

/// <summary>The secret in a file. It appears in no text.</summary>
internal static class PrepaidSecret
{
    public const int MinBytes = 32;

    /// <summary>The secret of a reference daemon whose operator did not set one: everybody knows it (trap 20).</summary>
    private static ReadOnlySpan<byte> Public => "test-secret-key-at-least-32-bytes-long"u8;

    /// <summary>The bytes of the file without line breaks at its end. Throws what reading a file throws.</summary>
    public static byte[] Read(string path) => File.ReadAllBytes(path).AsSpan().TrimEnd("\r\n"u8).ToArray();

    public static bool IsPublic(ReadOnlySpan<byte> secret) => secret.SequenceEqual(Public);
}
