using System.Globalization;

namespace SnetGateway.Benchmarks.Servers;

/// <summary>Reads what the kernel counts about a process (proc(5)).</summary>
internal static class ProcFiles
{
    // The unit of the times in /proc/<pid>/stat; Linux shows them to programs in hundredths of a second on every architecture .NET runs on.
    private const int ClockTicksPerSecond = 100;

    /// <summary>User plus system time of one process, its ended threads included.</summary>
    public static TimeSpan Cpu(int pid)
    {
        string[] fields = StatAfterName(pid);
        long ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
        return TimeSpan.FromSeconds((double)ticks / ClockTicksPerSecond);
    }

    /// <summary>Resident memory of one process (VmRSS), in bytes.</summary>
    public static long ResidentBytes(int pid)
    {
        string line = File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }

    /// <summary>Bytes that one process caused to be written to disk.</summary>
    public static long WrittenBytes(int pid)
    {
        string line = File.ReadLines($"/proc/{pid}/io").First(line => line.StartsWith("write_bytes:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
    }

    /// <summary>The processes that <paramref name="parent"/> started itself and that still run.</summary>
    public static int[] Children(int parent)
    {
        var children = new List<int>();
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
                && ParentOf(pid) == parent)
            {
                children.Add(pid);
            }
        }

        return [.. children];
    }

    private static int ParentOf(int pid)
    {
        try
        {
            return int.Parse(StatAfterName(pid)[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0; // It ended while we looked.
        }
    }

    private static string[] StatAfterName(int pid)
    {
        // The second field is the name in brackets and may itself hold spaces and brackets.
        string stat = File.ReadAllText($"/proc/{pid}/stat");
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
    }
}
