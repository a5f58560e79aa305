using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.Alerts;
using SnetGateway.Gateway.Hooks;
using SnetGateway.Gateway.Logging;
using SnetGateway.TestKit.Monitoring;

namespace SnetGateway.FunctionalTests.Endurance;

/// <summary>
/// How many calls a gateway serves during a storm of error events, with hooks and alerts and without (`tests/campaigns/storm.sh`).
/// </summary>
internal static class StormCommand
{
    public const string Name = "storm";

    private const int Events = 100_000, Clients = 16;

    private const double Bar = 0.95;

    /// <summary>200 events and 2,000 alerts for each delivery, and what the log itself holds.</summary>
    private const double MaxMoreMiB = 16;

    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(10);

    /// <param name="arguments">The number of rounds, and the seconds of a phase.</param>
    /// <param name="output">Gets a line for each round, and the medians.</param>
    public static async Task<int> RunAsync(string[] arguments, TextWriter output)
    {
        int rounds = int.Parse(arguments[0], CultureInfo.InvariantCulture);
        var phase = TimeSpan.FromSeconds(double.Parse(arguments[1], CultureInfo.InvariantCulture));
        Console.SetOut(TextWriter.Null); // where the gateway's console log goes
        await using HookReceiver receiver = await HookReceiver.StartAsync();
        await using GatewayHarness without = await StartAsync(null), with = await StartAsync(receiver.Address);
        await RunPhaseAsync(without, phase, 0); // warm
        await RunPhaseAsync(with, phase, 0);
        List<double> quiet = [], plain = [], hooked = [];
        for (int round = 0; round < rounds; round++)
        {
            quiet.Add(await RunPhaseAsync(without, phase, 0));
            plain.Add(await RunPhaseAsync(without, phase, Events));
            hooked.Add(await RunPhaseAsync(with, phase, Events));
            await output.WriteLineAsync(
                $"calls/s: {quiet[^1]:F0} without a storm, {plain[^1]:F0} in one, {hooked[^1]:F0} with hooks and alerts");
        }

        (double waiting, double peak) = await MeasureMemoryAsync(without, phase);
        double ratio = Median(hooked) / Median(plain);
        await with.StopAsync(); // its last delivery
        long delivered = 0;
        int alerts = 0;
        while (!receiver.IsEmpty)
        {
            JsonElement post = (await receiver.NextAsync()).Json;
            if (post.TryGetProperty("alerts", out JsonElement notices))
            {
                alerts += notices.GetArrayLength();
                continue;
            }

            delivered += post.GetProperty("events").GetArrayLength()
                + post.GetProperty("notSent").EnumerateObject().Sum(one => one.Value.GetInt64());
        }

        await output.WriteLineAsync(
            $"medians: {Median(quiet):F0}, {Median(plain):F0}, {Median(hooked):F0}. With hooks and alerts {ratio:F3} of without (bar "
            + $"{Bar}); {delivered} events in deliveries, of {rounds * Events}; {alerts} notices of alerts; with a destination that "
            + $"never responds {waiting:F1} MiB more are in use after a storm (bar {MaxMoreMiB}), and the peak is {peak:F0} MiB higher");
        return ratio >= Bar && delivered == rounds * Events && alerts > 0 && alerts <= 2 * rounds && waiting <= MaxMoreMiB ? 0 : 1;
    }

    /// <summary>
    /// What a storm leaves in memory where a destination takes the connection and never responds, and how far the process's peak is above
    /// that of a storm without hooks.
    /// </summary>
    private static async Task<(double LiveMiB, double PeakMiB)> MeasureMemoryAsync(GatewayHarness without, TimeSpan phase)
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using GatewayHarness gateway = await StartAsync(new Uri($"http://{silent.LocalEndpoint}/"));
        await RunPhaseAsync(gateway, phase, 0); // warm
        double usual = await PeakAsync(without);
        double before = LiveMiB(), peak = await PeakAsync(gateway);
        return (LiveMiB() - before, peak - usual);

        async Task<double> PeakAsync(GatewayHarness one)
        {
            ProcessFigures.ForgetPeak(Environment.ProcessId);
            await RunPhaseAsync(one, phase, Events);
            return ProcessFigures.PeakMiB(Environment.ProcessId);
        }

        static double LiveMiB() => GC.GetTotalMemory(forceFullCollection: true) / 1048576.0;
    }

    private static Task<GatewayHarness> StartAsync(Uri? receiver)
    {
        Dictionary<string, string?> settings = receiver is null ? [] : new()
        {
            ["SnetGateway:Log:Hooks:operator:Kind"] = "webhook",
            ["SnetGateway:Log:Hooks:operator:Interval"] = "00:00:01",
            ["SnetGateway:Log:Hooks:operator:Webhook:Url"] = receiver.ToString(),
        };
        return GatewayHarness.StartAsync(settings, services =>
        {
            services.AddLogging(logging => logging.AddLogOutput().AddFilter((_, level) => level >= LogLevel.Warning)).AddHooks();
            if (receiver is not null)
            {
                services.AddAlertWatch();
            }
        });
    }

    /// <summary>Calls of all clients for a time, with error events spread over it.</summary>
    /// <returns>Calls per second.</returns>
    private static async Task<double> RunPhaseAsync(GatewayHarness gateway, TimeSpan phase, int events)
    {
        byte[] body = Wire.Frame(new string('x', 32));
        long began = Stopwatch.GetTimestamp(), calls = 0;
        Task storm = StormAsync(gateway, phase, events);
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => Task.Run(async () =>
        {
            while (Stopwatch.GetElapsedTime(began) < phase)
            {
                await gateway.CallAsync(body);
                Interlocked.Increment(ref calls);
            }
        })));
        double rate = calls / Stopwatch.GetElapsedTime(began).TotalSeconds;
        await storm;
        gateway.Admitted.Clear(); // what the harness keeps of each call is not the gateway's
        gateway.Reservations.Clear();
        return rate;
    }

    private static async Task StormAsync(GatewayHarness gateway, TimeSpan phase, int events)
    {
        ILogger logger = gateway.Services.GetRequiredService<ILoggerFactory>().CreateLogger("storm");
        var failure = new InvalidOperationException("the store does not respond");
        long began = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(s_tick);
        for (int sent = 0; sent < events; await timer.WaitForNextTickAsync())
        {
            int due = (int)Math.Min(events, (events * Stopwatch.GetElapsedTime(began) / phase) + 1);
            for (; sent < due; sent++)
            {
                StormLog.Failed(logger, sent, failure);
            }
        }
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}

internal static partial class StormLog
{
    [LoggerMessage(EventId = 9003, EventName = "Storm", Level = LogLevel.Error, Message = "Payment {Number} is not written.")]
    public static partial void Failed(ILogger logger, int number, Exception exception);
}
