using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SnetGateway.Gateway.Hooks;
using SnetGateway.Gateway.Logging;
using SnetGateway.TestKit;

namespace SnetGateway.Tests.Gateway.Hooks;

/// <summary>One hook, named `operator`, behind a log as the gateway has it.</summary>
internal sealed class HookRun : IAsyncDisposable
{
    public const string Section = "SnetGateway:Log:Hooks:operator:";

    private readonly ServiceProvider _services;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    public HookRun(IHook hook, params (string Key, string Value)[] settings)
    {
        Dictionary<string, string?> values = settings.ToDictionary(setting => Section + setting.Key, setting => (string?)setting.Value);
        values.TryAdd(Section + "Kind", HookOptions.KindWebhook);
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(values).Build());
        services.AddSingleton<TimeProvider>(Time);
        services.AddMetrics();
        services.AddLogging(logging => logging.AddLogOutput().SetMinimumLevel(LogLevel.Trace).AddProvider(new Recorder(Lines)));
        services.AddSingleton<HookMetrics>();
        _services = services.BuildServiceProvider();
        Loggers = _services.GetRequiredService<ILoggerFactory>();
        Queue = _services.GetRequiredService<HookQueues>().ByName["operator"];
        _running = new HookDelivery(
            "operator", Queue, _services.GetRequiredService<HookMetrics>(), Time,
            Loggers.CreateLogger<HookDelivery>()).RunAsync(hook, _stop.Token);
    }

    public TestTimeProvider Time { get; } = new();

    public ILoggerFactory Loggers { get; }

    public HookQueue Queue { get; }

    /// <summary>Everything that was logged, at any level.</summary>
    public ConcurrentQueue<string> Lines { get; } = new();

    public void Log(int number = 0) => HookEvents.Failed(Loggers.CreateLogger("area"), number, null);

    /// <summary>Lets the time pass in which events are gathered, or until the next delivery may begin.</summary>
    public async Task PassAsync(TimeSpan most)
    {
        await Time.WhenArmedAsync();
        Time.AdvanceToTimer(most);
    }

    /// <summary>Stops as a shutdown does.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(TimeSpan.FromSeconds(30));
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
        await _services.DisposeAsync();
    }

    private sealed class Recorder(ConcurrentQueue<string> lines) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue($"{logLevel} {eventId.Name}: {formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}

/// <summary>Events for hooks.</summary>
internal static partial class HookEvents
{
    [LoggerMessage(EventId = 9001, EventName = "Failed", Level = LogLevel.Error, Message = "Number {Number} failed.")]
    public static partial void Failed(ILogger logger, int number, Exception? exception);

    [LoggerMessage(EventId = 9002, EventName = "Odd", Level = LogLevel.Warning, Message = "Number {Number} is odd.")]
    public static partial void Odd(ILogger logger, int number);
}
