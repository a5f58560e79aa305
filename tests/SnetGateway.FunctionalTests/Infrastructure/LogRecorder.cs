using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace SnetGateway.FunctionalTests.Infrastructure;

/// <summary>Keeps what the gateway logs, so that a test can ask for a line, and fails on an error nobody expected.</summary>
internal sealed class LogRecorder : ILoggerProvider
{
    private readonly ConcurrentQueue<LogLine> _lines = new();

    /// <summary>Names of error events that the test causes on purpose.</summary>
    public HashSet<string> Expected { get; } = [];

    /// <summary>Lines below are left out: a test of many calls counts memory that these would take.</summary>
    public LogLevel Least { get; set; }

    public IReadOnlyCollection<LogLine> Lines => _lines;

    public bool Has(string eventName) => _lines.Any(line => line.Event == eventName);

    public int Count(string eventName) => _lines.Count(line => line.Event == eventName);

    public ILogger CreateLogger(string categoryName) => new Recorder(categoryName, this);

    public void VerifyNoErrors()
    {
        LogLine[] unexpected = [.. _lines.Where(line => line.Level >= LogLevel.Error && !Expected.Contains(line.Event ?? string.Empty))];
        if (unexpected.Length > 0)
        {
            throw new Xunit.Sdk.XunitException("Unexpected errors were logged:\n" + string.Join('\n', unexpected.AsEnumerable()));
        }
    }

    public void Dispose()
    {
    }

    private sealed class Recorder(string category, LogRecorder owner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= owner.Least;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            owner._lines.Enqueue(
                new LogLine(logLevel, category, eventId.Name, formatter(state, exception) + (exception is null ? "" : $"\n{exception}")));
    }
}

internal sealed record LogLine(LogLevel Level, string Category, string? Event, string Text);
