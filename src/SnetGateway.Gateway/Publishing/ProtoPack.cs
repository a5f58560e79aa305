using System.Formats.Tar;

namespace SnetGateway.Gateway.Publishing;

/// <summary>Packs the `.proto` files of a folder as clients expect them: a tar archive, the same bytes for the same files.</summary>
internal static class ProtoPack
{
    /// <summary>The archive.</summary>
    /// <exception cref="IOException">The folder or a file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or a file must not be read.</exception>
    /// <exception cref="InvalidDataException">The folder has no `.proto` file.</exception>
    public static byte[] Pack(string folder)
    {
        string[] files = Directory.GetFiles(folder, "*.proto", SearchOption.AllDirectories);
        Array.Sort(files, StringComparer.Ordinal);
        if (files.Length == 0)
        {
            throw new InvalidDataException($"the folder {folder} has no .proto file");
        }

        using var packed = new MemoryStream();
        using (var tar = new TarWriter(packed, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (string file in files)
            {
                string name = Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/');
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name)
                {
                    DataStream = new MemoryStream(File.ReadAllBytes(file)),
                    Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
                    ModificationTime = DateTimeOffset.UnixEpoch,
                });
            }
        }

        return packed.ToArray();
    }
}
