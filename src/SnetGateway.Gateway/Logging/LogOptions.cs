using System.ComponentModel.DataAnnotations;
using SnetGateway.Gateway.Hooks;

namespace SnetGateway.Gateway.Logging;

/// <summary>Where log lines go beside the console.</summary>
public sealed class LogOptions
{
    public const string Section = "SnetGateway:Log";

    /// <summary>Log files.</summary>
    public LogFileOptions File { get; set; } = new();

    /// <summary>Destinations outside of the gateway that get log events: mail, webhooks, Telegram, by names of your choice.</summary>
    public Dictionary<string, HookOptions> Hooks { get; set; } = new(StringComparer.Ordinal);
}

/// <summary>Log files, with rotation, compression and retention.</summary>
public sealed class LogFileOptions
{
    public const string Text = "text";
    public const string Json = "json";
    public const string Never = "never";

    /// <summary>
    /// Path of the files. The date is inserted before the extension: `log/gateway-.log` becomes `log/gateway-20261130.log`. The folder is
    /// created when it is missing. Unset or empty: no files.
    /// </summary>
    public string? Path { get; set; }

    /// <summary>The form of a line, as on the console: text or json. Default text.</summary>
    [AllowedValues(Text, Json)]
    public string Format { get; set; } = Text;

    /// <summary>How often a new file begins, in local time: hour, day, month or never. Default day.</summary>
    [AllowedValues("hour", "day", "month", Never)]
    public string NewFileEach { get; set; } = "day";

    /// <summary>Size in bytes at which a further file begins, 1 KiB to 1 TiB. Default 100 MiB.</summary>
    [Range(1_024L, 1_099_511_627_776L)]
    public long MaxFileBytes { get; set; } = 100 * 1024 * 1024;

    /// <summary>If true, files that are complete are compressed with gzip. Default true.</summary>
    public bool Compress { get; set; } = true;

    /// <summary>Number of files that are kept, compressed ones and the current one included, 0 to 100,000. 0: all. Default 31.</summary>
    [Range(0, 100_000)]
    public int KeepFiles { get; set; } = 31;

    /// <summary>Time for which a complete file is kept, 0 to 3,650 days. 0: no limit. Default 0.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "3650.00:00:00")]
    public TimeSpan KeepFor { get; set; }
}
