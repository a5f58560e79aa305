using System.Globalization;
using Microsoft.Extensions.Options;
using Serilog;
using Serilog.Configuration;
using Serilog.Core;
using Serilog.Events;
using Serilog.Extensions.Logging;
using Serilog.Formatting.Compact;
using Serilog.Formatting.Display;
using SnetGateway.Gateway.Hooks;
using SnetGateway.Gateway.Hosting;

namespace SnetGateway.Gateway.Logging;

/// <summary>
/// Writes log lines through Serilog: to the console, as text or as JSON, to files, and to the queues of hooks. `Logging:LogLevel` filters
/// them before Serilog.
/// </summary>
internal sealed class LogOutput : IDisposable
{
    public const string FormatKey = "Logging:Console:FormatterName";
    public const string Text = "simple";
    public const string Json = "json";

    private const string Before = "{Timestamp:yyyy-MM-ddTHH:mm:ss.fffzzz} {Level:u3} ";
    private const string After = "{SourceContext}[{EventId}] {Message:lj}{NewLine}{Exception}";

    /// <summary>The property with the gateway's name, where the process runs several.</summary>
    private const string Gateway = "Gateway";

    /// <summary>Time that a shutdown waits for a console that is not read, or a disk that hangs.</summary>
    private static readonly TimeSpan s_flushLimit = TimeSpan.FromSeconds(2);

    private readonly Logger _logger;

    public LogOutput(
        IConfiguration configuration, IOptions<LogOptions> options, HookQueues hooks, ErrorEventCounter errors, GatewayRole role,
        TimeProvider time)
    {
        string template = role.Name is null ? Before + After : $"{Before}{{{Gateway}}} {After}";
        bool isJson = string.Equals(configuration[FormatKey], Json, StringComparison.OrdinalIgnoreCase);

        // If the console or a disk does not take the lines, a buffer of 10,000 fills and further lines are lost. A call never waits.
        LoggerConfiguration logger = new LoggerConfiguration()
            .MinimumLevel.Verbose()
            .Enrich.With<EventIdEnricher>()
            .WriteTo.Async(to => _ = isJson
                ? to.Console(new RenderedCompactJsonFormatter())
                : to.Console(outputTemplate: template, formatProvider: CultureInfo.InvariantCulture));
        if (role.Name is { } name)
        {
            logger.Enrich.WithProperty(Gateway, name);
        }

        logger.WriteTo.Sink(errors, LogEventLevel.Error);
        foreach (HookQueue hook in hooks.ByName.Values)
        {
            logger.WriteTo.Sink(hook);
        }

        var failures = new LogFileFailures(time);
        if (options.Value.File is { Path.Length: > 0 } file)
        {
            logger.WriteTo.Async(to => to.Fallible(
                fallible => AddFile(fallible, file, template, new LogFileArchive(file, time, failures.Report)), failures));
        }

        _logger = logger.CreateLogger();
        Provider = new SerilogLoggerProvider(_logger);
        failures.Logger = Provider.CreateLogger(typeof(LogOutput).FullName!);
    }

    public ILoggerProvider Provider { get; }

    /// <summary>Writes the lines that are still buffered.</summary>
    public void Dispose()
    {
        var flush = new Thread(_logger.Dispose) { IsBackground = true, Name = "log flush" };
        flush.Start();
        flush.Join(s_flushLimit);
    }

    private static void AddFile(LoggerSinkConfiguration to, LogFileOptions file, string template, LogFileArchive archive) => to.File(
        file.Format == LogFileOptions.Json
            ? new RenderedCompactJsonFormatter()
            : new MessageTemplateTextFormatter(template, CultureInfo.InvariantCulture),
        file.Path!,
        rollingInterval: file.NewFileEach == LogFileOptions.Never
            ? RollingInterval.Infinite
            : Enum.Parse<RollingInterval>(file.NewFileEach, ignoreCase: true),
        rollOnFileSizeLimit: true,
        fileSizeLimitBytes: file.MaxFileBytes,
        retainedFileCountLimit: null,
        hooks: archive);
}
