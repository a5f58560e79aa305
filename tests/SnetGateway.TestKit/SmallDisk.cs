using System.ComponentModel;
using System.Runtime.InteropServices;
using Xunit;

namespace SnetGateway.TestKit;

/// <summary>A small disk in memory that a test can fill. Mounting it requires root.</summary>
public sealed class SmallDisk : IDisposable
{
    private const int ReadOnlyFlag = 1;
    private const int RemountFlag = 32;
    private const int DetachFlag = 2;
    private const int NotPermitted = 1; // EPERM
    private const int NoAccess = 13; // EACCES

    private readonly string _options;

    private SmallDisk(string folder, string options)
    {
        (Folder, _options) = (folder, options);
    }

    /// <summary>The mount point.</summary>
    public string Folder { get; }

    /// <summary>The file that fills the disk.</summary>
    public string Ballast => Path.Combine(Folder, "ballast");

    /// <summary>Mounts a disk, or skips the test where mounting is not allowed.</summary>
    /// <param name="kibibytes">Its size in KiB.</param>
    /// <param name="standIn">The test that checks the same everywhere, as far as that is possible without a disk; null when there is
    /// none.</param>
    /// <exception cref="Win32Exception">Mounting is permitted and fails.</exception>
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

        Assert.Skip(
            $"No disk can be mounted here. {(standIn is null ? "No other test checks this." : $"Checked without a disk by {standIn}.")}");
        return null;
    }

    /// <summary>Fills the disk completely; call it again to fill space that was freed since.</summary>
    public void Fill()
    {
        using var file = new FileStream(Ballast, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        byte[] page = new byte[4096];
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

    /// <summary>Frees the space again.</summary>
    public void Free() => File.Delete(Ballast);

    /// <summary>Makes the disk read-only; false when a file is open for writing.</summary>
    public bool TrySetReadOnly() => Mount("tmpfs", Folder, "tmpfs", ReadOnlyFlag | RemountFlag, _options) == 0;

    /// <summary>Unmounts it.</summary>
    public void Dispose()
    {
        _ = Unmount(Folder, DetachFlag);
        Directory.Delete(Folder);
    }

    [DllImport(
        "libc", EntryPoint = "mount", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Mount(string source, string target, string type, nuint flags, string data);

    [DllImport("libc", EntryPoint = "umount2", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Unmount(string target, int flags);
}
