using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace SnetGateway.Gateway.ServiceMetadata;

/// <summary>The last documents that were in force, in a folder: the gateway starts from them while the Registry or IPFS is down.</summary>
internal sealed class DocumentCache(string folder)
{
    /// <summary>The document that was in force last; null where there is none, or the file is damaged.</summary>
    public PublishedDocument? Read(DocumentId id)
    {
        try
        {
            string file = FileOf(id);
            return File.Exists(file)
                && JsonSerializer.Deserialize<Entry>(File.ReadAllBytes(file)) is { Uri: not null, Content: not null } entry
                && Convert.ToHexString(SHA256.HashData(entry.Content)) == entry.Sha256
                    ? new PublishedDocument(id, entry.Uri, entry.Content)
                    : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Writes a document that is in force.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be written.</exception>
    public void Write(PublishedDocument document)
    {
        Directory.CreateDirectory(folder);
        byte[] content = document.Content.ToArray();
        var entry = new Entry(document.Uri, content, Convert.ToHexString(SHA256.HashData(content)));
        WholeFile.Write(FileOf(document.Id), JsonSerializer.SerializeToUtf8Bytes(entry));
    }

    /// <summary>Ids may hold any character, so the name is a hash.</summary>
    private string FileOf(DocumentId id)
    {
        byte[] key = Encoding.UTF8.GetBytes($"{id.OrganizationId}\n{id.ServiceId}");
        return Path.Combine(folder, $"{Convert.ToHexStringLower(SHA256.HashData(key))[..32]}.json");
    }

    private sealed record Entry(string? Uri, byte[]? Content, string? Sha256);
}
