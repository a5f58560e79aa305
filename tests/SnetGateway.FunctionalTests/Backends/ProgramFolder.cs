using System.Diagnostics;
using SnetGateway.FunctionalTests.Infrastructure;

namespace SnetGateway.FunctionalTests.Backends;

/// <summary>A folder of real executables for one test, and the gateway that has one of them as its service.</summary>
internal sealed class ProgramFolder : IDisposable
{
    private const string Program = "SnetGateway:Processes:Programs:test:";

    public string Path { get; } = Directory.CreateTempSubdirectory("snet-programs-").FullName;

    /// <summary>The executable's own name, by which the kernel's list of processes tells it from those of other tests.</summary>
    public string Name => "p-" + Path[^6..];

    /// <summary>Writes a script that can be run.</summary>
    public string Script(string interpreter, string text)
    {
        string path = File(Name);
        System.IO.File.WriteAllText(path, $"#!{interpreter}\n{text}\n");
        System.IO.File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    public string Shell(string text) => Script("/bin/sh", text);

    public string Python(string text) => Script("/usr/bin/env python3", text);

    /// <summary>Compiles a program in C.</summary>
    public async Task<string> CompileAsync(string text)
    {
        string source = File("program.c"), path = File(Name);
        await System.IO.File.WriteAllTextAsync(source, text);
        using Process compiler = Process.Start(new ProcessStartInfo("gcc", ["-O1", "-o", path, source]) { RedirectStandardError = true })!;
        string said = await compiler.StandardError.ReadToEndAsync();
        await compiler.WaitForExitAsync();
        return compiler.ExitCode == 0 ? path : throw new InvalidOperationException(said);
    }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>A gateway whose service is the program.</summary>
    public Task<GatewayHarness> StartAsync(string command, params (string Key, string Value)[] options)
    {
        var settings = new Dictionary<string, string?>
        {
            ["ReverseProxy:Clusters:echo:Metadata:Backend"] = "process",
            ["ReverseProxy:Clusters:echo:Destinations:one:Address"] = "process://test",
            ["SnetGateway:Limits:MaxRequestMessageBytes"] = "16777216",
            ["SnetGateway:Limits:MaxResponseMessageBytes"] = "16777216",
            [Program + "Command"] = command,
            [Program + "WorkingDirectory"] = Path,
        };
        foreach ((string key, string value) in options)
        {
            settings[key.Contains(':', StringComparison.Ordinal)
                && key.StartsWith("Snet", StringComparison.Ordinal) ? key : Program + key] = value;
        }

        return GatewayHarness.StartAsync(settings);
    }

    /// <summary>Numbers that the program wrote into a file, one a line, once there are so many.</summary>
    public async Task<int[]> PidsAsync(string name, int count)
    {
        string[] lines = [];
        await Eventually.TrueAsync(
            () => System.IO.File.Exists(File(name)) && (lines = System.IO.File.ReadAllLines(File(name))).Length >= count);
        return [.. lines.Select(line => int.Parse(line, System.Globalization.CultureInfo.InvariantCulture))];
    }

    /// <summary>Whether a process is there and is no corpse that its parent has not looked at yet.</summary>
    public static bool IsAlive(int pid)
    {
        try
        {
            string stat = System.IO.File.ReadAllText($"/proc/{pid}/stat");
            return stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
