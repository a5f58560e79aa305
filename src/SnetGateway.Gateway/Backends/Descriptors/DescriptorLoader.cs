using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using SnetGateway.ProtoJson;

namespace SnetGateway.Gateway.Backends.Descriptors;

/// <summary>
/// Loads the configured descriptors, and keeps them: a reload of an unchanged configuration compiles nothing and requests nothing.
/// </summary>
internal sealed class DescriptorLoader(TimeProvider time)
{
    private readonly DescriptorFiles _watched = new();
    private readonly ConcurrentDictionary<string, (string Fingerprint, FixedDescriptors Descriptors)> _files = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ReflectedDescriptors> _reflected = new(StringComparer.Ordinal);

    /// <summary>The state of the files and folders that were loaded, when they were seen last.</summary>
    public string SeenFiles => _watched.Seen;

    /// <summary>The same, as it is now.</summary>
    public string ReadFiles() => _watched.Read();

    /// <summary>The source that is configured, or null where none is.</summary>
    /// <exception cref="InvalidDataException">The files do not compile, or are not a descriptor set; the message says where.</exception>
    /// <exception cref="IOException">A file or folder cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file or folder must not be read.</exception>
    public async ValueTask<IDescriptorSource?> LoadAsync(DescriptorOptions options, CancellationToken cancellationToken) => options switch
    {
        { ProtoFolder.Length: > 0 } => await LoadFilesAsync(
            options.ProtoFolder,
            DescriptorFiles.Of,
            ProtoTool.Compiler().CompileFolderAsync,
            cancellationToken),
        { DescriptorSet.Length: > 0 } =>
            await LoadFilesAsync(options.DescriptorSet, place => [place], ProtoSchema.LoadFileAsync, cancellationToken),
        { ReflectionAddress.Length: > 0 } =>
            _reflected.GetOrAdd(options.ReflectionAddress, address => new ReflectedDescriptors(new Uri(address), time)),
        _ => null,
    };

    private async ValueTask<IDescriptorSource> LoadFilesAsync(
        string place, Func<string, string[]> files, Func<string, CancellationToken, Task<ProtoSchema>> load,
        CancellationToken cancellationToken)
    {
        _watched.Add(place); // before the files are read, so that no later change is missed
        string fingerprint = await FingerprintAsync(files(place), cancellationToken);
        if (_files.TryGetValue(place, out (string Fingerprint, FixedDescriptors Descriptors) kept) && kept.Fingerprint == fingerprint)
        {
            return kept.Descriptors;
        }

        var descriptors = new FixedDescriptors(await load(place, cancellationToken));
        _files[place] = (fingerprint, descriptors);
        return descriptors;
    }

    private static async Task<string> FingerprintAsync(string[] files, CancellationToken cancellationToken)
    {
        Array.Sort(files, StringComparer.Ordinal);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string file in files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(file + "\0"));
            hash.AppendData(SHA256.HashData(await File.ReadAllBytesAsync(file, cancellationToken)));
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
