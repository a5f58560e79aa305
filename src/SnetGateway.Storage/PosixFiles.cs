using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace SnetGateway.Storage;

/// <summary>
/// File operations that the ledger needs and .NET does not provide: reading a locked file, and making a new folder durable.
/// </summary>
internal static partial class PosixFiles
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>
    /// Whether a file could not be written or read. A file that would exceed the size limit of the process or of the file system is
    /// reported as an argument out of range.
    /// </summary>
    public static bool IsFailure(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException { ParamName: "value" };

    /// <summary>
    /// Creates the file and its missing folders, accessible to this user only. SQLite gives the files beside it the same mode.
    /// </summary>
    public static void CreateForOwner(string path)
    {
        CreateFolderOf(path);
        if (!File.Exists(path))
        {
            var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = OwnerOnly;
            }

            using var file = new FileStream(path, options);
        }
    }

    /// <summary>Creates the missing folders above a file, durably and accessible to this user only.</summary>
    public static void CreateFolderOf(string path) => CreateFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);

    /// <summary>
    /// Opens a file with an exclusive lock that ends with this process. Throws <see cref="IOException"/> when another process holds it.
    /// </summary>
    public static FileStream OpenLocked(string path)
    {
        var options =
            new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        return new FileStream(path, options);
    }

    /// <summary>True when <see cref="OpenLocked"/> failed because of another process's lock, and not because of the disk.</summary>
    public static bool IsLockedByAnother(IOException exception)
    {
        const int LinuxWouldBlock = 11;
        const int MacWouldBlock = 35;
        const int WindowsSharingViolation = unchecked((int)0x80070020);
        return exception.HResult == (OperatingSystem.IsWindows() ? WindowsSharingViolation
            : OperatingSystem.IsLinux() ? LinuxWouldBlock
            : MacWouldBlock);
    }

    /// <summary>
    /// The text of a small file that another process has locked; empty when it cannot be read. .NET takes a shared lock with every open,
    /// which the exclusive lock rejects, so the file is opened by the C library.
    /// </summary>
    public static string ReadLocked(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return "";
        }

        using var handle = new SafeFileHandle(Open(path, 0), ownsHandle: true);
        if (handle.IsInvalid)
        {
            return "";
        }

        Span<byte> bytes = stackalloc byte[512];
        return Encoding.UTF8.GetString(bytes[..RandomAccess.Read(handle, bytes, 0)]).Trim();
    }

    private static void CreateFolder(string path)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        string? parent = Path.GetDirectoryName(path);
        if (parent is not null)
        {
            CreateFolder(parent);
        }

        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        Directory.CreateDirectory(path, OwnerOnly | UnixFileMode.UserExecute);

        // SQLite syncs the folder of its files, but not the folder above it: without this sync a power loss could remove the new folder.
        using var handle = new SafeFileHandle(Open(parent!, 0), ownsHandle: true);
        if (handle.IsInvalid || Sync((int)handle.DangerousGetHandle()) != 0)
        {
            throw new IOException($"The new folder {path} could not be made durable.");
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int file);
}
