using System.ComponentModel.DataAnnotations;
using Grpc.Core;
using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Backends.Processes;

/// <summary>A program that serves one call per run: the request on standard input, the response on standard output. No shell.</summary>
public sealed class ProgramOptions
{
    /// <summary>The executable: an absolute path, or a name to be found in PATH.</summary>
    [Required, DataType("executable")]
    public string Command { get; set; } = "";

    /// <summary>
    /// Its arguments, one per entry. `{method}` anywhere in them becomes the method's full path, `/package.Service/Method`, or the
    /// `Argument` of the method in `Methods`. Nothing else is replaced, and nothing is appended.
    /// </summary>
    [DataType(DataType.Password)]
    public string[] Arguments { get; set; } = [];

    /// <summary>Absolute path of its working directory. Unset: the gateway's.</summary>
    [DataType("folder")]
    public string? WorkingDirectory { get; set; }

    /// <summary>
    /// Its environment variables. Of the gateway's own it sees only PATH, HOME, USER, LOGNAME, LANG, LC_ALL, LC_CTYPE, TZ and TMPDIR,
    /// because the others may hold secrets.
    /// </summary>
    [KeyForm("variable"), DataType(DataType.Password)]
    public Dictionary<string, string> Environment { get; set; } = new(StringComparer.Ordinal);

    /// <summary>
    /// What it reads and writes. AsSent: protobuf or JSON as the client sends it. Json: always JSON. Raw: the content of one text or bytes
    /// field of the request and the response, for programs such as `wc`. Json and Raw need the cluster's `Descriptors`. Default AsSent.
    /// </summary>
    public ProgramMessages Messages { get; set; }

    /// <summary>
    /// How its standard output becomes messages. Message: all of it is one message. Lines: each line is a message of a stream. Frames: each
    /// message of a stream is preceded by its length as 4 bytes, big-endian. Default Message.
    /// </summary>
    public ProgramOutput Output { get; set; }

    /// <summary>The methods that it serves, by full path, `/package.Service/Method`. Others are UNIMPLEMENTED. Empty: all.</summary>
    [KeyForm("method")]
    public Dictionary<string, ProgramMethodOptions> Methods { get; set; } = new(StringComparer.Ordinal);

    /// <summary>Maximum number of concurrent runs, 1 to 10,000. Default 16. Further calls wait.</summary>
    [Range(1, 10_000)]
    public int MaxRunning { get; set; } = 16;

    /// <summary>Maximum number of waiting calls, 0 to 100,000. Default 64. Further calls end with UNAVAILABLE.</summary>
    [Range(0, 100_000)]
    public int MaxWaiting { get; set; } = 64;

    /// <summary>Statuses by exit code (1 to 255; an end by signal N is 128 + N). Others are INTERNAL, 126 and 127 UNAVAILABLE.</summary>
    [KeyForm("exit code")]
    public Dictionary<string, StatusCode> ExitStatuses { get; set; } = new(StringComparer.Ordinal);

    /// <summary>If true, the client of a failed call gets the last line of stderr, at most 1 KiB; false: it is only logged.</summary>
    public bool ExposeErrors { get; set; }
}

/// <summary>What a program reads and writes: see <see cref="ProgramOptions.Messages"/>.</summary>
public enum ProgramMessages
{
    AsSent, Json, Raw,
}

/// <summary>How a program's standard output becomes messages: see <see cref="ProgramOptions.Output"/>.</summary>
public enum ProgramOutput
{
    Message, Lines, Frames,
}

/// <summary>How a program serves one method.</summary>
public sealed class ProgramMethodOptions
{
    /// <summary>What `{method}` in the arguments becomes. Unset: the method's full path.</summary>
    public string? Argument { get; set; }

    /// <summary>The method's own `Output`. Unset: the program's.</summary>
    public ProgramOutput? Output { get; set; }
}
