using System.Diagnostics;
using SnetGateway.Gateway.Backends.Translation;

namespace SnetGateway.Gateway.Backends.Processes;

/// <summary>The command line and environment of one run.</summary>
internal static class ProgramCommand
{
    /// <summary>Restores SIGPIPE, which .NET ignores and children inherit. The next command replaces it and keeps the process id.</summary>
    public const string Env = "env";

    /// <summary>
    /// Gives the program a separate process group, so that one signal reaches its children too. Not `setpriv --pdeathsig`: its signal comes
    /// when the thread that started the program ends, and pool threads end.
    /// </summary>
    public const string SetSid = "setsid";

    /// <summary>The gateway's own variables that a program sees. The others may hold secrets.</summary>
    private static readonly string[] s_inherited = ["PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR"];

    /// <exception cref="FileNotFoundException">There is no such executable.</exception>
    public static ProcessStartInfo Create(ProgramCall call, string contentType, string payer)
    {
        string method = call.MethodOptions?.Argument ?? call.Method;
        IEnumerable<string> arguments = call.Program.Arguments
            .Select(argument => argument.Replace("{method}", method, StringComparison.Ordinal));
        var start = new ProcessStartInfo(Find(Env), ["--default-signal=PIPE", Find(SetSid), Find(call.Program.Command), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = call.Program.WorkingDirectory,
        };
        start.Environment.Clear();
        foreach (string name in s_inherited.Where(name => Environment.GetEnvironmentVariable(name) is not null))
        {
            start.Environment[name] = Environment.GetEnvironmentVariable(name);
        }

        foreach ((string name, string value) in call.Program.Environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["SNET_METHOD"] = call.Method;
        start.Environment["SNET_USER_ADDRESS"] = payer;
        start.Environment["SNET_CONTENT_TYPE"] = call.Program.Messages switch
        {
            ProgramMessages.Json => TranslatedResponse.JsonType,
            ProgramMessages.Raw => "application/octet-stream",
            _ => contentType,
        };
        return start;
    }

    private static string Find(string command) =>
        Executables.Find(command) ?? throw new FileNotFoundException($"there is no executable {command}");
}
