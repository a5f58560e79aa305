using System.Globalization;
using Serilog;
using Serilog.Core;
using Serilog.Extensions.Logging;
using Serilog.Formatting.Compact;

namespace SnetGateway.Gateway.Logging;

/// <summary>
/// Writes log lines to the console through Serilog, as text or as JSON. `Logging:LogLevel` filters them before Serilog.
/// </summary>
internal sealed class ConsoleLog : IDisposable
{
    public const string FormatKey = "Logging:Console:FormatterName";
    public const string Text = "simple";
    public const string Json = "json";

    private const string Template =
        "{Timestamp:yyyy-MM-ddTHH:mm:ss.fffzzz} {Level:u3} {SourceContext}[{EventId}] {Message:lj}{NewLine}{Exception}";

    /// <summary>Time that a shutdown waits for a console that is not read.</summary>
    private static readonly TimeSpan s_flushLimit = TimeSpan.FromSeconds(2);

    private readonly Logger _logger;

    public ConsoleLog(IConfiguration configuration)
    {
        bool isJson = string.Equals(configuration[FormatKey], Json, StringComparison.OrdinalIgnoreCase);

        // If the console is not read, the buffer fills and further lines are lost. A call never waits.
        _logger = new LoggerConfiguration()
            .MinimumLevel.Verbose()
            .Enrich.With<EventIdEnricher>()
            .WriteTo.Async(to => _ = isJson
                ? to.Console(new RenderedCompactJsonFormatter())
                : to.Console(outputTemplate: Template, formatProvider: CultureInfo.InvariantCulture))
            .CreateLogger();
        Provider = new SerilogLoggerProvider(_logger);
    }

    public ILoggerProvider Provider { get; }

    /// <summary>Writes the lines that are still buffered.</summary>
    public void Dispose()
    {
        var flush = new Thread(_logger.Dispose) { IsBackground = true, Name = "log flush" };
        flush.Start();
        flush.Join(s_flushLimit);
    }
}
