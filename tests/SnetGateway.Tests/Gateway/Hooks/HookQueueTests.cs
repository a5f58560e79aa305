using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Core;
using Serilog.Extensions.Logging;
using SnetGateway.Gateway.Hooks;
using SnetGateway.Gateway.Logging;
using Xunit;

namespace SnetGateway.Tests.Gateway.Hooks;

/// <summary>What waits for a hook has a bound, and no event is missing from the summary.</summary>
public sealed class HookQueueTests
{
    private const int Threads = 4, Storm = 100_000;

    [Theory]
    [InlineData(null, "")]
    [InlineData("agix", " (agix)")]
    public void Batch_NamesTheMachine_AndTheGatewayWhereThereAreSeveral(string? name, string expected) =>
        Assert.Equal($"{Environment.MachineName}{expected}", new HookQueue(new HookOptions(), name).Take().Gateway);

    [Fact]
    public void Storm_WaitsInABoundedQueue_AndIsCountedToTheLastEvent()
    {
        var queue = new HookQueue(new HookOptions());
        using SerilogLoggerFactory loggers = Loggers(queue);
        Microsoft.Extensions.Logging.ILogger logger = loggers.CreateLogger("area");
        var failure = new InvalidOperationException("as in a storm");

        List<Thread> threads = [.. Enumerable.Range(0, Threads).Select(thread => new Thread(() =>
        {
            for (int i = thread; i < Storm; i += Threads)
            {
                HookEvents.Failed(logger, i, failure);
            }
        }))];
        threads.ForEach(thread => thread.Start());
        var batches = new List<HookBatch>();
        while (threads.Exists(thread => thread.IsAlive))
        {
            batches.Add(queue.Take()); // beside the storm
            threads.Find(thread => thread.IsAlive)?.Join(TimeSpan.FromMilliseconds(5));
        }

        batches.Add(queue.Take());
        Assert.All(batches, batch => Assert.InRange(batch.Events.Count, 0, HookQueue.MaxEvents));
        Assert.Equal(
            Storm, batches.Sum(batch => batch.Events.Count) + batches.Sum(batch => batch.NotSent.GetValueOrDefault("Failed")));
    }

    [Fact]
    public void NobodyTakes_TheFirstStay_AndAllOthersAreCounted()
    {
        var queue = new HookQueue(new HookOptions { Level = LogLevel.Warning });
        using SerilogLoggerFactory loggers = Loggers(queue);
        Microsoft.Extensions.Logging.ILogger logger = loggers.CreateLogger("area");
        for (int i = 0; i < Storm; i++)
        {
            HookEvents.Failed(logger, i, null);
        }

        HookEvents.Odd(logger, 1);
        logger.LogError("no name");
        logger.LogInformation("below the level");
        HookBatch batch = queue.Take();
        Assert.Equal(Enumerable.Range(0, HookQueue.MaxEvents).Select(i => $"Number {i} failed."), batch.Events.Select(one => one.Message));
        Assert.Equal(
            new Dictionary<string, long> { ["Failed"] = Storm - HookQueue.MaxEvents, ["Odd"] = 1, ["area"] = 1 }, batch.NotSent);
        Assert.Empty(queue.Take().NotSent);
    }

    [Fact]
    public void NamesOfTheSummary_HaveABound()
    {
        var queue = new HookQueue(new HookOptions());
        using SerilogLoggerFactory loggers = Loggers(queue);
        for (int i = 0; i < 1_000; i++)
        {
            loggers.CreateLogger($"area{i}").LogError("no name");
        }

        HookBatch batch = queue.Take();
        Assert.Equal(HookQueue.MaxNames + 1, batch.NotSent.Count);
        Assert.Equal(1_000 - HookQueue.MaxEvents, batch.NotSent.Values.Sum());
        Assert.Equal(1_000 - HookQueue.MaxEvents - HookQueue.MaxNames, batch.NotSent["other"]);
    }

    [Fact]
    public void Event_HasItsPartsAndBounds()
    {
        var queue = new HookQueue(new HookOptions());
        using SerilogLoggerFactory loggers = Loggers(queue);
        loggers.CreateLogger("area").LogError(
            new EventId(7, "Named"), new InvalidOperationException(new string('e', 9_000)),
            "{Text} of {Amount}", new string('x', 9_000), 3);
        HookEvent one = Assert.Single(queue.Take().Events);
        Assert.Equal(("Error", "area", 7, "Named"), (one.Level, one.Category, one.EventId, one.EventName));
        Assert.Equal("3", one.Values["Amount"]);
        Assert.Equal(HookEventReader.MaxMessage + 3, one.Message.Length);
        Assert.Equal(HookEventReader.MaxMessage + 3, one.Values["Text"].Length);
        Assert.Equal(HookEventReader.MaxException + 3, one.Exception!.Length);
        Assert.Equal(["Amount", "Text"], one.Values.Keys.Order());
        Assert.Equal(TimeSpan.Zero, one.Time.Offset);
    }

    [Theory]
    [InlineData("SnetGateway.Gateway.Hooks.HookHost", false)]
    [InlineData("SnetGateway.Gateway.Health.LedgerHealth", true)]
    public void WhatTheHooksLogThemselves_TriggersNone(string category, bool isTaken)
    {
        var queue = new HookQueue(new HookOptions());
        using SerilogLoggerFactory loggers = Loggers(queue);
        HookEvents.Failed(loggers.CreateLogger(category), 1, null);
        Assert.Equal(isTaken ? 1 : 0, queue.Take().Events.Count);
    }

    [Fact]
    public void LevelNone_TakesNothing()
    {
        var queue = new HookQueue(new HookOptions { Level = LogLevel.None });
        using SerilogLoggerFactory loggers = Loggers(queue);
        loggers.CreateLogger("area").LogCritical("x");
        Assert.Empty(queue.Take().Events);
    }

    private static SerilogLoggerFactory Loggers(HookQueue queue)
    {
        Logger logger = new LoggerConfiguration().MinimumLevel.Verbose().Enrich.With<EventIdEnricher>().WriteTo.Sink(queue).CreateLogger();
        return new SerilogLoggerFactory(logger, dispose: true);
    }
}
