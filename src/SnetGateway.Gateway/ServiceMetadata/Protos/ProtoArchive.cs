using System.Formats.Tar;
using System.IO.Compression;

namespace SnetGateway.Gateway.ServiceMetadata.Protos;

/// <summary>
/// The archive with a service's `.proto` files: tar, or tar compressed with gzip. The publisher of metadata chooses its content, so an
/// entry that could lead out of its folder, a link, and more than the limits are refused.
/// </summary>
internal static class ProtoArchive
{
    /// <summary>Largest archive that is read.</summary>
    public const int MaxBytes = 16 * 1024 * 1024;

    private const int MaxContent = 16 * 1024 * 1024;
    private const int MaxFile = 4 * 1024 * 1024;
    private const int MaxEntries = 10_000;
    private const int MaxName = 240;

    /// <summary>The `.proto` files of an archive by their names; other files are left out.</summary>
    /// <exception cref="InvalidDataException">It is no archive, or has an entry that is refused; the message names it.</exception>
    public static async ValueTask<IReadOnlyDictionary<string, byte[]>> ReadAsync(byte[] archive, CancellationToken cancellationToken)
    {
        await using Stream content = archive is [0x1f, 0x8b, ..]
            ? new GZipStream(new MemoryStream(archive), CompressionMode.Decompress)
            : new MemoryStream(archive);
        await using var limited = new LimitedStream(content, MaxContent);
        await using var reader = new TarReader(limited);
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        int entries = 0;
        try
        {
            while (await reader.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
            {
                if (++entries > MaxEntries)
                {
                    throw new InvalidDataException($"the archive has more than {MaxEntries} entries");
                }

                await AddAsync(files, entry, cancellationToken);
            }
        }
        catch (Exception e) when (e is EndOfStreamException or FormatException or ArgumentException or OverflowException)
        {
            throw new InvalidDataException("it is not a tar archive", e);
        }

        return files.Count > 0 ? files : throw new InvalidDataException("the archive has no .proto file");
    }

    private static async ValueTask AddAsync(Dictionary<string, byte[]> files, TarEntry entry, CancellationToken cancellationToken)
    {
        string name = entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name;
        bool isFile = entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile;
        string? problem = entry.EntryType switch
        {
            TarEntryType.SymbolicLink or TarEntryType.HardLink => "is a link",
            TarEntryType.Directory or TarEntryType.GlobalExtendedAttributes => null,
            _ when !isFile => "is neither a file nor a folder",
            _ => null,
        };
        problem ??= name.Length > 0 && !IsInside(name) ? "leads out of the archive's folder" : null;
        problem ??= isFile && entry.Length > MaxFile ? $"is larger than {MaxFile} bytes" : null;
        if (problem is not null)
        {
            throw new InvalidDataException($"the entry '{name}' {problem}");
        }

        if (isFile && name.EndsWith(".proto", StringComparison.Ordinal))
        {
            using var copy = new MemoryStream();
            if (entry.DataStream is { } data)
            {
                await data.CopyToAsync(copy, cancellationToken);
            }

            files[name] = copy.ToArray();
        }
    }

    private static bool IsInside(string name) => name.Length <= MaxName
        && !name.StartsWith('/') && !name.Contains('\\', StringComparison.Ordinal) && !name.Contains(':', StringComparison.Ordinal)
        && !name.Any(char.IsControl) && !name.Split('/').Contains("..");
}
