using System.Globalization;
using SnetGateway.Gateway.Backends.Processes;
using Yarp.ReverseProxy.Configuration;

namespace SnetGateway.Gateway.Configuration.Rules;

/// <summary>A program is there and may be run, and clusters name programs that are configured.</summary>
internal static class ProgramRules
{
    private const string Programs = $"{ProcessOptions.Section}:{nameof(ProcessOptions.Programs)}";

    public static void Check(RuleContext context)
    {
        foreach ((string name, ProgramOptions program) in context.Options.Processes.Programs)
        {
            string path = $"{Programs}:{name}";
            if (!context.IsLinux)
            {
                context.AddError(path, "programs are started on Linux only", "Take it out, or run the gateway on Linux");
                continue;
            }

            if (name.Length == 0 || name.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-') || name[0] == '-' || name[^1] == '-')
            {
                context.AddError(path, "the name cannot stand in a destination's address", "Write small letters, digits and hyphens");
            }

            CheckCommand(context, $"{path}:{nameof(program.Command)}", program.Command);
            if (program.WorkingDirectory is { Length: > 0 } folder && !(Path.IsPathRooted(folder) && Directory.Exists(folder)))
            {
                context.AddError(
                    $"{path}:{nameof(program.WorkingDirectory)}", $"there is no folder {ErrorList.Quote(folder)}", "Write the absolute path of a folder");
            }

            foreach (string variable in program.Environment.Keys.Where(key => key.Length == 0 || key.Contains('=', StringComparison.Ordinal)))
            {
                context.AddError($"{path}:{nameof(program.Environment)}:{variable}", "no variable can have this name", "Write a name without '='");
            }

            foreach (string code in program.ExitStatuses.Keys.Where(key => !IsExitCode(key)))
            {
                context.AddError($"{path}:{nameof(program.ExitStatuses)}:{code}", "the key is not an exit code", "Write a whole number from 1 to 255");
            }
        }
    }

    /// <summary>The destination of a cluster of programs.</summary>
    public static void CheckDestination(RuleContext context, string path, string? address)
    {
        IReadOnlyCollection<string> known = context.Options.Processes.Programs.Keys;
        if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? uri)
            || uri.Scheme != ProcessBackend.Scheme || uri.PathAndQuery is not ("" or "/") || uri.UserInfo.Length > 0 || uri.Port >= 0)
        {
            context.AddError(path, "the value names no program", $"Write {ProcessBackend.Scheme}:// and the name of a program in {Programs}");
        }
        else if (!context.Options.Processes.Programs.ContainsKey(uri.Host))
        {
            context.AddError(path, $"there is no program {ErrorList.Quote(uri.Host)}", RuleContext.Choose(uri.Host, known, Programs));
        }
    }

    /// <summary>Whether a cluster's messages must be known, because one of its programs has them translated.</summary>
    public static bool AnySpeaksJson(RuleContext context, ClusterConfig cluster) => cluster.Destinations?.Values.Any(destination =>
        Uri.TryCreate(destination.Address, UriKind.Absolute, out Uri? uri)
        && context.Options.Processes.Programs.GetValueOrDefault(uri.Host)?.Messages == ProgramMessages.Json) == true;

    private static void CheckCommand(RuleContext context, string path, string command)
    {
        if (command.Length == 0)
        {
            context.AddError(path, "missing", "Write the absolute path of an executable, or its name in PATH");
        }
        else if (command.Contains('/', StringComparison.Ordinal) && command[0] != '/')
        {
            context.AddError(path, "the path is not absolute", "Write the absolute path of an executable, or its name in PATH");
        }
        else if (ProgramCommand.Find(command) is null)
        {
            context.AddError(path, $"{ErrorList.Quote(command)} is no file that may be run", "Write the absolute path of an executable, or its name in PATH");
        }
    }

    private static bool IsExitCode(string key) =>
        byte.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out byte code) && code > 0 && key[0] != '0';
}
