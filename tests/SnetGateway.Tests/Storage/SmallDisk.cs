using System.Runtime.InteropServices;

namespace SnetGateway.Tests.Storage;

/// <summary>A file system in memory of a few pages, for who may mount: root.</summary>
internal sealed partial class SmallDisk : IDisposable
{
    private const int ReadOnlyFlag = 1;
    private const int RemountFlag = 32;
    private const int DetachFlag = 2;

    private readonly string _options;

    private SmallDisk(string folder, string options) => (Folder, _options) = (folder, options);

    public string Folder { get; }

    public string Ballast => Path.Combine(Folder, "ballast");

    /// <summary>Null where mounting is not allowed.</summary>
    public static SmallDisk? TryMount(int kibibytes)
    {
        string folder = Directory.CreateTempSubdirectory("snet-disk-").FullName;
        string options = $"size={kibibytes}k";
        if (OperatingSystem.IsLinux() && Mount("tmpfs", folder, "tmpfs", 0, options) == 0)
        {
            return new SmallDisk(folder, options);
        }

        Directory.Delete(folder);
        return null;
    }

    /// <summary>Leaves no room at all.</summary>
    public void Fill()
    {
        using var file = new FileStream(Ballast, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        var page = new byte[4096];
        try
        {
            while (true)
            {
                file.Write(page);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    public bool TrySetReadOnly() => Mount("tmpfs", Folder, "tmpfs", ReadOnlyFlag | RemountFlag, _options) == 0;

    public void Dispose()
    {
        _ = Unmount(Folder, DetachFlag);
        Directory.Delete(Folder);
    }

    [LibraryImport("libc", EntryPoint = "mount", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string type, nuint flags, string data);

    [LibraryImport("libc", EntryPoint = "umount2", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unmount(string target, int flags);
}
