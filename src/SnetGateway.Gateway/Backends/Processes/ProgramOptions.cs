using System.ComponentModel.DataAnnotations;
using Grpc.Core;

namespace SnetGateway.Gateway.Backends.Processes;

/// <summary>
/// A program that answers one call per run: the call's message on standard input, the answer on standard output, the simple name of the method
/// as its last argument. No shell is between.
/// </summary>
public sealed class ProgramOptions
{
    /// <summary>The executable: an absolute path, or a name that is looked up in PATH.</summary>
    [Required]
    public string Command { get; set; } = "";

    /// <summary>Arguments before the method's name, one per entry; nothing in them is expanded.</summary>
    public string[] Arguments { get; set; } = [];

    /// <summary>Absolute path of the folder it runs in. Unset: the gateway's own.</summary>
    public string? WorkingDirectory { get; set; }

    /// <summary>Variables of its environment, beside or instead of the inherited ones.</summary>
    public Dictionary<string, string> Environment { get; set; } = new(StringComparer.Ordinal);

    /// <summary>
    /// Whether it sees the gateway's whole environment, the gateway's own settings excepted. Default false: PATH, HOME, USER, LOGNAME, LANG,
    /// LC_ALL, LC_CTYPE, TZ and TMPDIR only, because the rest may hold secrets.
    /// </summary>
    public bool InheritEnvironment { get; set; }

    /// <summary>
    /// What its standard output is: Message, the whole of it is the one answer; Lines, each line is a message of a stream (JSON, for clients
    /// that take JSON); Frames, each message follows its length as 4 bytes, big-endian. Default Message.
    /// </summary>
    public ProgramOutput Output { get; set; }

    /// <summary>
    /// What its messages are: AsSent, protobuf or JSON as the client writes them; Json, always JSON, for which the cluster's `Descriptors` say
    /// how it becomes protobuf. Default AsSent.
    /// </summary>
    public ProgramMessages Messages { get; set; }

    /// <summary>Runs at the same time, 1 to 10,000. Default 16. Further calls wait.</summary>
    [Range(1, 10_000)]
    public int MaxRunning { get; set; } = 16;

    /// <summary>Calls that may wait for a run to end, 0 to 100,000. Default 64. Further ones end with UNAVAILABLE.</summary>
    [Range(0, 100_000)]
    public int MaxWaiting { get; set; } = 64;

    /// <summary>How long a call may wait for its run, 1 ms to 1 hour. Default 30 s. Then it ends with UNAVAILABLE.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan MaxWait { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Statuses of exit codes (1 to 255). A code that is not listed is INTERNAL, and so is an end by a signal; 0 is OK.
    /// </summary>
    public Dictionary<string, StatusCode> ExitStatuses { get; set; } = new(StringComparer.Ordinal);

    /// <summary>
    /// Whether the last line of standard error (at most 1 KiB) is the text of a failed call's status. Default false: what a program says of its
    /// inside is for the log.
    /// </summary>
    public bool TellErrors { get; set; }

    /// <summary>Bytes of standard error that the log takes of each run, 0 to 1,048,576. Default 8,192. The rest is read and dropped.</summary>
    [Range(0, 1_048_576)]
    public int MaxLoggedErrorBytes { get; set; } = 8 * 1024;
}
