using System.Runtime.InteropServices;
using Xunit;

namespace SnetGateway.Tests.Storage;

/// <summary>Breaks an open file: redirects its descriptors in this process to another file.</summary>
internal static partial class FileDescriptors
{
    private const int WriteOnly = 1;

    /// <summary>
    /// /dev/null accepts every write and refuses to sync; /dev/full has no space. Returns the number of redirected descriptors.
    /// </summary>
    public static int Redirect(string path, string target)
    {
        int other = Open(target, WriteOnly);
        Assert.True(other >= 0, target);
        int count = 0;
        foreach (string link in Directory.GetFiles("/proc/self/fd"))
        {
            if (Target(link) == path)
            {
                Assert.True(Duplicate(other, int.Parse(Path.GetFileName(link), System.Globalization.CultureInfo.InvariantCulture)) >= 0);
                count++;
            }
        }

        _ = Close(other);
        return count;
    }

    /// <summary>Number of this process's descriptors for the file.</summary>
    public static int Count(string path) => Directory.GetFiles("/proc/self/fd").Count(link => Target(link) == path);

    /// <summary>The target of a descriptor; empty when another test has closed it.</summary>
    private static string? Target(string link)
    {
        try
        {
            return File.ResolveLinkTarget(link, returnFinalTarget: false)?.FullName;
        }
        catch (IOException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "dup2")]
    private static partial int Duplicate(int from, int to);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
