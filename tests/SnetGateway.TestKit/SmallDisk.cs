using System.ComponentModel;
using System.Runtime.InteropServices;
using Xunit;

namespace SnetGateway.TestKit;

/// <summary>A disk in memory of a few pages or MiB, which a test can fill. Only who may mount gets one: root.</summary>
public sealed class SmallDisk : IDisposable
{
    private const int ReadOnlyFlag = 1;
    private const int RemountFlag = 32;
    private const int DetachFlag = 2;
    private const int NotPermitted = 1; // EPERM
    private const int NoAccess = 13; // EACCES

    private readonly string _options;

    private SmallDisk(string folder, string options) => (Folder, _options) = (folder, options);

    /// <summary>Where it is mounted.</summary>
    public string Folder { get; }

    /// <summary>The file that takes the room.</summary>
    public string Ballast => Path.Combine(Folder, "ballast");

    /// <summary>Mounts a disk, or skips the test where mounting is not allowed.</summary>
    /// <param name="kibibytes">Its size.</param>
    /// <param name="standIn">The test that runs everywhere and checks the same, as far as that is possible without a disk; null when there is none.</param>
    /// <exception cref="Win32Exception">Mounting is allowed and does not work.</exception>
    public static SmallDisk MountOrSkip(int kibibytes, string? standIn)
    {
        string folder = Directory.CreateTempSubdirectory("snet-disk-").FullName;
        string options = $"size={kibibytes}k";
        if (OperatingSystem.IsLinux() && Mount("tmpfs", folder, "tmpfs", 0, options) == 0)
        {
            return new SmallDisk(folder, options);
        }

        int error = Marshal.GetLastPInvokeError();
        Directory.Delete(folder);
        if (OperatingSystem.IsLinux() && error is not (NotPermitted or NoAccess))
        {
            throw new Win32Exception(error);
        }

        Assert.Skip($"No disk can be mounted here. {(standIn is null ? "No other test checks this." : $"Checked without a disk by {standIn}.")}");
        return null;
    }

    /// <summary>Leaves no room at all; what others give free later is taken by the next time.</summary>
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

    /// <summary>Gives the room back.</summary>
    public void Free() => File.Delete(Ballast);

    /// <summary>Nothing can be written from now on; false where something is open for writing.</summary>
    public bool TrySetReadOnly() => Mount("tmpfs", Folder, "tmpfs", ReadOnlyFlag | RemountFlag, _options) == 0;

    /// <summary>Takes it away.</summary>
    public void Dispose()
    {
        _ = Unmount(Folder, DetachFlag);
        Directory.Delete(Folder);
    }

    [DllImport("libc", EntryPoint = "mount", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Mount(string source, string target, string type, nuint flags, string data);

    [DllImport("libc", EntryPoint = "umount2", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Unmount(string target, int flags);
}
