using System.Globalization;
using SnetGateway.Gateway.Validation;
using Yarp.ReverseProxy.Configuration;

namespace SnetGateway.Gateway.Backends.Processes;

/// <summary>A program is there and may be run, and clusters name programs that are configured.</summary>
internal static class ProgramRules
{
    private const string Programs = $"{ProcessOptions.Section}:{nameof(ProcessOptions.Programs)}";

    /// <param name="options">The programs.</param>
    /// <param name="errors">Takes what is wrong.</param>
    /// <param name="isLinux">Whether programs can be started here. Set by tests.</param>
    public static void Check(ProcessOptions options, ErrorList errors, bool isLinux)
    {
        foreach ((string name, ProgramOptions program) in options.Programs)
        {
            string path = $"{Programs}:{name}";
            if (!isLinux)
            {
                errors.Add(path, "programs are started on Linux only", "Remove it, or run the gateway on Linux");
                continue;
            }

            if (name.Length == 0 || name.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-') || name[0] == '-' || name[^1] == '-')
            {
                errors.Add(path, "the name cannot stand in a destination's address", "Write small letters, digits and hyphens");
            }

            CheckCommand(errors, $"{path}:{nameof(program.Command)}", program.Command);
            if (program.WorkingDirectory is { Length: > 0 } folder && !(Path.IsPathRooted(folder) && Directory.Exists(folder)))
            {
                errors.Add(
                    $"{path}:{nameof(program.WorkingDirectory)}", $"there is no folder {ErrorList.Quote(folder)}", "Write the absolute path of a folder");
            }

            foreach (string variable in program.Environment.Keys.Where(key => key.Length == 0 || key.Contains('=', StringComparison.Ordinal)))
            {
                errors.Add($"{path}:{nameof(program.Environment)}:{variable}", "this is not a valid name of a variable", "Write a name without '='");
            }

            foreach (string code in program.ExitStatuses.Keys.Where(key => !IsExitCode(key)))
            {
                errors.Add($"{path}:{nameof(program.ExitStatuses)}:{code}", "the key is not an exit code", "Write a whole number from 1 to 255");
            }
        }
    }

    /// <summary>The destination of a cluster of programs.</summary>
    public static void CheckDestination(ProcessOptions processes, string path, string? address, ErrorList errors)
    {
        IReadOnlyCollection<string> known = processes.Programs.Keys;
        if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? uri)
            || uri.Scheme != ProcessBackend.Scheme || uri.PathAndQuery is not ("" or "/") || uri.UserInfo.Length > 0 || uri.Port >= 0)
        {
            errors.Add(path, "the value does not name a program", $"Write {ProcessBackend.Scheme}:// and the name of a program in {Programs}");
        }
        else if (!processes.Programs.ContainsKey(uri.Host))
        {
            errors.Add(path, $"there is no program {ErrorList.Quote(uri.Host)}", ClosestMatch.Choose(uri.Host, known, Programs));
        }
    }

    /// <summary>Whether a cluster's messages must be known, because one of its programs has them translated.</summary>
    public static bool AnySpeaksJson(ProcessOptions processes, ClusterConfig cluster) => cluster.Destinations?.Values.Any(destination =>
        Uri.TryCreate(destination.Address, UriKind.Absolute, out Uri? uri)
        && processes.Programs.GetValueOrDefault(uri.Host)?.Messages == ProgramMessages.Json) == true;

    private static void CheckCommand(ErrorList errors, string path, string command)
    {
        if (command.Length == 0)
        {
            errors.Add(path, "missing", "Write the absolute path of an executable, or its name in PATH");
        }
        else if (command.Contains('/', StringComparison.Ordinal) && command[0] != '/')
        {
            errors.Add(path, "the path is not absolute", "Write the absolute path of an executable, or its name in PATH");
        }
        else if (ProgramCommand.Find(command) is null)
        {
            errors.Add(path, $"{ErrorList.Quote(command)} is not an executable file", "Write the absolute path of an executable, or its name in PATH");
        }
    }

    private static bool IsExitCode(string key) =>
        byte.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out byte code) && code > 0 && key[0] != '0';
}
