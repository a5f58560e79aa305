using SnetGateway.TestKit.Processes;

namespace SnetGateway.FunctionalTests.Faults;

/// <summary>A disk of a few MiB in memory, which a test can fill. Only who may mount gets one.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private const int Chunk = 4096;
    private readonly string filler;

    private SmallDisk(string folder)
    {
        Folder = folder;
        filler = Path.Combine(folder, "filler");
    }

    public string Folder { get; }

    /// <summary>Null where this user may not mount.</summary>
    public static async Task<SmallDisk?> TryMountAsync()
    {
        string folder = Directory.CreateTempSubdirectory("snet-disk-").FullName;
        if (await RunAsync("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder))
        {
            return new SmallDisk(folder);
        }

        Directory.Delete(folder);
        return null;
    }

    /// <summary>Takes all room that there is now; what others give free later is taken by the next one.</summary>
    public void Fill()
    {
        using var file = new FileStream(filler, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        var zeros = new byte[Chunk];
        try
        {
            while (true)
            {
                file.Write(zeros);
            }
        }
        catch (IOException)
        {
            // Full, which is what was wanted.
        }
    }

    public void Free() => File.Delete(filler);

    public async ValueTask DisposeAsync()
    {
        await RunAsync("umount", "-l", Folder);
        Directory.Delete(Folder);
    }

    private static async Task<bool> RunAsync(string program, params string[] arguments)
    {
        await using ChildProcess tool = ChildProcess.Start(program, arguments);
        return await tool.WaitForExitAsync() == 0;
    }
}
