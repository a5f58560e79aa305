using System.Security.Cryptography;
using System.Text;
using SnetGateway.Gateway.ServiceMetadata.Ipfs;

namespace SnetGateway.Gateway.ServiceMetadata.Protos;

/// <summary>
/// The `.proto` files of services in folders, one for each archive. An archive's id names its content, so a folder never changes.
/// </summary>
internal sealed class ProtoFolders(string folder)
{
    /// <summary>The folder of an archive; null before it was read.</summary>
    public string? Find(string uri) => FolderOf(uri) is var path && Directory.Exists(path) ? path : null;

    /// <summary>Reads an archive into its folder.</summary>
    /// <exception cref="IpfsException">No source has it.</exception>
    /// <exception cref="InvalidDataException">It is refused.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder must not be written.</exception>
    public async ValueTask<string> ReadAsync(IpfsReader ipfs, string uri, CancellationToken cancellationToken)
    {
        byte[] archive = await ipfs.ReadAsync(uri, ProtoArchive.MaxBytes, cancellationToken);
        IReadOnlyDictionary<string, byte[]> files = await ProtoArchive.ReadAsync(archive, cancellationToken);
        string path = FolderOf(uri), next = $"{path}.{Guid.NewGuid():N}.new";
        foreach ((string name, byte[] content) in files)
        {
            string file = Path.Combine(next, name);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllBytesAsync(file, content, cancellationToken);
        }

        try
        {
            Directory.Move(next, path);
        }
        catch (IOException) when (Directory.Exists(path))
        {
            // Another process was first.
            Directory.Delete(next, recursive: true);
        }

        return path;
    }

    private string FolderOf(string uri) => Path.GetFullPath(
        Path.Combine(folder, "protos", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(uri)))[..32]));
}
