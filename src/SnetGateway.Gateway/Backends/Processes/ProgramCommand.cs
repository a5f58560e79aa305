using System.Collections;

namespace SnetGateway.Gateway.Backends.Processes;

/// <summary>What is started, as the kernel takes it.</summary>
/// <param name="Path">Absolute path of the executable.</param>
/// <param name="Arguments">All arguments, the program's own name first.</param>
/// <param name="Environment">Variables, as NAME=VALUE.</param>
/// <param name="Directory">The folder to run in, or null for the gateway's own.</param>
internal sealed record ProgramCommand(string Path, IReadOnlyList<string> Arguments, IReadOnlyList<string> Environment, string? Directory)
{
    private const string OwnSettings = "SnetGateway";
    private const string PathVariable = "PATH";

    /// <summary>What a program sees of the gateway's environment unless it may see all.</summary>
    private static readonly HashSet<string> s_harmless =
        new(StringComparer.Ordinal) { PathVariable, "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR" };

    /// <summary>The command of one call.</summary>
    /// <param name="program">The program's options.</param>
    /// <param name="path">Where its executable is.</param>
    /// <param name="method">The method's simple name.</param>
    /// <param name="call">Variables that tell of the call.</param>
    public static ProgramCommand Of(ProgramOptions program, string path, string method, IEnumerable<KeyValuePair<string, string>> call)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in System.Environment.GetEnvironmentVariables())
        {
            string name = (string)variable.Key;
            if (program.InheritEnvironment ? !name.StartsWith(OwnSettings, StringComparison.OrdinalIgnoreCase) : s_harmless.Contains(name))
            {
                environment[name] = (string?)variable.Value ?? string.Empty;
            }
        }

        foreach ((string name, string value) in program.Environment.Concat(call))
        {
            environment[name] = value;
        }

        return new ProgramCommand(
            path, [program.Command, .. program.Arguments, method], [.. environment.Select(pair => $"{pair.Key}={pair.Value}")], program.WorkingDirectory);
    }

    /// <summary>Where an executable is: the absolute path itself, or the first of that name in PATH. Null when there is none that may be run.</summary>
    public static string? Find(string command)
    {
        if (command.Contains('/', StringComparison.Ordinal))
        {
            return command[0] == '/' && IsExecutable(command) ? command : null;
        }

        return command.Length == 0 ? null : (System.Environment.GetEnvironmentVariable(PathVariable) ?? string.Empty)
            .Split(System.IO.Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Where(System.IO.Path.IsPathRooted)
            .Select(folder => System.IO.Path.Combine(folder, command))
            .FirstOrDefault(IsExecutable);
    }

    private static bool IsExecutable(string path)
    {
        const UnixFileMode anybody = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return File.Exists(path) && !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & anybody) != 0;
    }
}
