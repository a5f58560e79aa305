using System.Text.Json;

namespace SnetGateway.Tests.Ethereum;

/// <summary>Recorded results of the real contracts (tests/vectors), found from any working directory.</summary>
internal static class VectorFile
{
    public static JsonElement Read(string name)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, "tests", "vectors", name);
            if (File.Exists(path))
            {
                using var document = JsonDocument.Parse(File.ReadAllBytes(path));
                return document.RootElement.Clone();
            }
        }

        throw new FileNotFoundException($"tests/vectors/{name} is in no folder above {AppContext.BaseDirectory}.");
    }

    public static byte[] Bytes(this JsonElement value) => Convert.FromHexString(value.GetString()!.AsSpan(2));

    public static string Text(this JsonElement value, string name) =>
        value.GetProperty(name) is { ValueKind: not JsonValueKind.Null } text ? text.ToString() : null!;
}
