using System.Globalization;

namespace SnetGateway.FunctionalTests.Endurance;

/// <summary>What a process holds at a moment.</summary>
/// <param name="At">When, as a timestamp of the system's clock.</param>
/// <param name="MiB">Its resident memory.</param>
/// <param name="Files">Its open file descriptors.</param>
/// <param name="Threads">Its threads.</param>
internal sealed record ProcessFigures(long At, double MiB, int Files, int Threads)
{
    public static ProcessFigures Read(int pid) => new(
        TimeProvider.System.GetTimestamp(), Status(pid, "VmRSS:") / 1024, Directory.GetFiles($"/proc/{pid}/fd").Length,
        (int)Status(pid, "Threads:"));

    /// <summary>The most memory that it held since <see cref="ForgetPeak"/>, in MiB.</summary>
    public static double PeakMiB(int pid) => Status(pid, "VmHWM:") / 1024;

    /// <summary>The kernel counts the peak from now on.</summary>
    public static void ForgetPeak(int pid) => File.WriteAllText($"/proc/{pid}/clear_refs", "5");

    private static double Status(int pid, string name) => File.ReadLines($"/proc/{pid}/status")
        .Where(line => line.StartsWith(name, StringComparison.Ordinal))
        .Select(line => double.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture))
        .Single();
}
