using SnetGateway.Gateway.Backends.Processes;
using SnetGateway.Gateway.Validation;
using SnetGateway.ProtoJson;
using Yarp.ReverseProxy.Configuration;

namespace SnetGateway.Gateway.Backends;

/// <summary>Programs can be started here, each argument stands for one method, and clusters name programs that are configured.</summary>
internal static class ProgramRules
{
    private const string Programs = $"{ProcessOptions.Section}:{nameof(ProcessOptions.Programs)}";

    /// <summary><paramref name="isLinux"/> is whether programs can be started here. Set by tests.</summary>
    public static void Check(ProcessOptions options, ErrorList errors, bool isLinux)
    {
        string? missing = new[] { ProgramCommand.Env, ProgramCommand.SetSid }.FirstOrDefault(tool => Executables.Find(tool) is null);
        errors.Check(Programs, (
            isLinux && options.Programs.Count > 0 && missing is not null,
            $"programs are started by {missing}, which is not in PATH",
            "Install coreutils and util-linux"));
        foreach ((string name, ProgramOptions program) in options.Programs)
        {
            string path = $"{Programs}:{name}";
            errors.Check(path, (!isLinux, "programs are started on Linux only", "Remove it, or run the gateway on Linux"));
            CheckArguments($"{path}:{nameof(program.Methods)}", program, errors);
        }
    }

    /// <summary>The destination of a cluster of programs.</summary>
    public static void CheckDestination(ProcessOptions processes, string path, string? address, ErrorList errors)
    {
        if (NameOf(address) is { } name)
        {
            errors.CheckName(path, "program", name, processes.Programs.Keys, Programs);
        }
        else
        {
            string remedy = $"Write {ProcessBackend.Scheme}:// and the name of a program in {Programs}";
            errors.Add(path, "the value does not name a program", remedy);
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
            foreach (ProtoMethod method in schema.Methods.Where(_ => isRaw))
            {
                bool isServed = program.Methods.Count == 0 || program.Methods.ContainsKey(method.Path);
                ProtoMessageType? unsuitable = new[] { method.Input, method.Output }
                    .FirstOrDefault(message => !message.IsEmpty && message.FindOnlyText() is null);
                errors.Check($"{path}:{method.Path}", (
                    isServed && unsuitable is not null,
                    $"the method cannot be served raw: {unsuitable?.FullName} does not have exactly one text or bytes field",
                    $"List only methods that the program serves, or set {nameof(program.Messages)} to {nameof(ProgramMessages.Json)}"));
            }
        }
    }

    private static IEnumerable<(string Name, ProgramOptions Options)> ProgramsOf(ProcessOptions processes, ClusterConfig cluster) =>
        from destination in cluster.Destinations?.Values ?? []
        let name = NameOf(destination.Address)
        where name is not null && processes.Programs.ContainsKey(name)
        select (name, processes.Programs[name]);

    /// <summary>The program that a destination names; null where it names none.</summary>
    private static string? NameOf(string? address) =>
        Uri.TryCreate(address, UriKind.Absolute, out Uri? uri)
            && uri is { Scheme: ProcessBackend.Scheme, PathAndQuery: "" or "/", UserInfo: "", Port: < 0 } ? uri.Host : null;

    /// <summary>Two methods with one argument would be one method to the program, and could be called at the lower of two prices.</summary>
    private static void CheckArguments(string path, ProgramOptions program, ErrorList errors)
    {
        foreach ((string method, ProgramMethodOptions options) in program.Methods)
        {
            string argument = options.Argument ?? method;
            string first = program.Methods.First(pair => (pair.Value.Argument ?? pair.Key) == argument).Key;
            string key = $"{path}:{method}:{nameof(options.Argument)}";
            errors.Check(
                key, (first != method, $"{ErrorList.Quote(argument)} already stands for {first}", "Write another argument, or none"));
        }
    }
}
