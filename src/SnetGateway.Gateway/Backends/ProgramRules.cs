using System.Globalization;
using SnetGateway.Gateway.Backends.Processes;
using SnetGateway.Gateway.Validation;
using SnetGateway.ProtoJson;
using Yarp.ReverseProxy.Configuration;

namespace SnetGateway.Gateway.Backends;

/// <summary>A program is there and may be run, and clusters name programs that are configured.</summary>
internal static class ProgramRules
{
    private const string Programs = $"{ProcessOptions.Section}:{nameof(ProcessOptions.Programs)}";

    /// <param name="options">The programs.</param>
    /// <param name="errors">Takes what is wrong.</param>
    /// <param name="isLinux">Whether programs can be started here. Set by tests.</param>
    public static void Check(ProcessOptions options, ErrorList errors, bool isLinux)
    {
        string[] missing = [.. new[] { ProgramCommand.Env, ProgramCommand.SetSid }.Where(tool => isLinux && Executables.Find(tool) is null)];
        if (options.Programs.Count > 0 && missing.Length > 0)
        {
            errors.Add(Programs, $"programs are started by {missing[0]}, which is not in PATH", "Install coreutils and util-linux");
        }

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
                errors.Add(path, "the name cannot be part of a destination's address", "Write small letters, digits and hyphens");
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

            CheckMethods(errors, $"{path}:{nameof(program.Methods)}", program);
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

    /// <summary>Whether a cluster needs descriptors, because one of its programs has its messages translated.</summary>
    public static bool AnyTranslates(ProcessOptions processes, ClusterConfig cluster) =>
        ProgramsOf(processes, cluster).Any(program => program.Options.Messages != ProgramMessages.AsSent);

    /// <summary>The methods of a cluster's programs exist, and messages for a raw program have one field for it.</summary>
    public static void CheckDescriptors(ProcessOptions processes, ClusterConfig cluster, ProtoSchema schema, ErrorList errors)
    {
        foreach ((string name, ProgramOptions program) in ProgramsOf(processes, cluster))
        {
            string path = $"{Programs}:{name}:{nameof(program.Methods)}";
            BackendReader.CheckMethods(errors, path, program.Methods.Keys, schema);
            bool isRaw = program.Messages == ProgramMessages.Raw;
            foreach (ProtoMethod method in schema.Methods.Where(method => isRaw && (program.Methods.Count == 0 || program.Methods.ContainsKey(method.Path))))
            {
                if (new[] { method.Input, method.Output }.FirstOrDefault(message => !message.IsEmpty && message.FindOnlyText() is null) is { } unsuitable)
                {
                    errors.Add(
                        $"{path}:{method.Path}",
                        $"the method cannot be served raw: {unsuitable.FullName} does not have exactly one text or bytes field",
                        $"List only methods that the program serves, or set {nameof(program.Messages)} to {nameof(ProgramMessages.Json)}");
                }
            }
        }
    }

    private static IEnumerable<(string Name, ProgramOptions Options)> ProgramsOf(ProcessOptions processes, ClusterConfig cluster) =>
        from destination in cluster.Destinations?.Values ?? []
        let uri = Uri.TryCreate(destination.Address, UriKind.Absolute, out Uri? parsed) && parsed.Scheme == ProcessBackend.Scheme ? parsed : null
        where uri is not null && processes.Programs.ContainsKey(uri.Host)
        select (uri.Host, processes.Programs[uri.Host]);

    /// <summary>Two methods with one argument would be one method to the program, and could be called at the lower of two prices.</summary>
    private static void CheckMethods(ErrorList errors, string path, ProgramOptions program)
    {
        foreach (string method in program.Methods.Keys)
        {
            MethodPath.Check($"{path}:{method}", method, errors);
        }

        foreach (var same in program.Methods.GroupBy(pair => pair.Value.Argument ?? pair.Key, StringComparer.Ordinal))
        {
            foreach ((string method, ProgramMethodOptions options) in same.Skip(1))
            {
                errors.Add(
                    $"{path}:{method}:{nameof(options.Argument)}",
                    $"{ErrorList.Quote(same.Key)} already stands for {same.First().Key}",
                    "Write another argument, or none");
            }
        }
    }

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
        else if (Executables.Find(command) is null)
        {
            errors.Add(path, $"{ErrorList.Quote(command)} is not an executable file", "Write the absolute path of an executable, or its name in PATH");
        }
    }

    private static bool IsExitCode(string key) =>
        byte.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out byte code) && code > 0 && key[0] != '0';
}
