using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.FunctionalTests.Market;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Processes;
using Xunit;

namespace SnetGateway.FunctionalTests.Streams;

/// <summary>
/// Many paid streams that say nothing for long, and clients among them that vanish without closing anything. tests/campaigns/streams.sh has
/// 10,000 of them silent for 150 seconds, with the gateway's own times.
/// </summary>
[Collection(DevChainFixture.Collection)]
[Trait("Needs", "chain")]
public sealed class IdleStreamTests(DevChainFixture fixture, ITestOutputHelper output)
{
    private const double AllowedMiB = 400;
    private const string Name = "x-name";
    private const string Stopped = "a stopped process";
    private const string Mute = "a connection that answers no ping";
    private const string Unanswered = "the same before its first message";

    private static readonly TimeSpan s_noticed = TimeSpan.FromMinutes(1);

    private readonly int _streams = Setting("SNET_CAMPAIGN_STREAMS", 200);
    private readonly int _connections = Setting("SNET_CAMPAIGN_CONNECTIONS", 20);
    private readonly TimeSpan _silence = TimeSpan.FromSeconds(Setting("SNET_CAMPAIGN_SILENCE_SECONDS", 3));
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _begun = new(Each());
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _cancelled = new(Each());
    private readonly TaskCompletionSource _speak = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task SilentStreams_Live_AndVanishedClientsAreNoticed()
    {
        await using StreamMarket market = await StreamMarket.StartAsync(fixture.Chain, channels: 16, Quicker());
        market.Service.Handle = ServeAsync;
        double before = market.Resident();
        var connections = new ConcurrentBag<RawHttp2>();
        try
        {
            RawCall[] calls = await OpenAllAsync(market, connections);
            double open = market.Resident();
            await using RawHttp2 mute = await RawHttp2.ConnectAsync(market.EndPoint);
            var silence = Task.Delay(_silence);
            await VanishAsync(market, mute);

            Task first = await Task.WhenAny([silence, .. calls.Select(call => call.Reply)]);
            Assert.True(first == silence, "A silent stream ended.");
            double after = market.Resident();
            // their beginnings included; what it takes that all of them answer at once is told, not bounded
            double most = market.Resident(peak: true);
            _speak.SetResult();
            foreach (RawCall call in calls)
            {
                RawReply reply = await call.Reply.WaitAsync(s_noticed);
                Assert.True(reply.Status == 0 && reply.Body.Length == 2 * Message.Length, reply.ToString());
            }

            output.WriteLine(
                $"{calls.Length} silent streams on {connections.Count} connections: {before:0.0} MiB before them, {open:0.0} with them, "
                + $"{after:0.0} after {_silence.TotalSeconds} s, "
                + $"{most:0.0} at most, {market.Resident(peak: true):0.0} when all answer at once");
            Assert.True(most <= AllowedMiB, "That is too much.");
        }
        finally
        {
            await Task.WhenAll(connections.Select(connection => connection.DisposeAsync().AsTask()));
        }
    }

    private static byte[] Message { get; } = Wire.Frame([]);

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    private static Dictionary<string, TaskCompletionSource> Each() => new[] { Stopped, Mute, Unanswered }.ToDictionary(
        name => name, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    /// <summary>The long form has the gateway's own times; the short one cannot wait for them.</summary>
    private Dictionary<string, string> Quicker() => _silence > s_noticed
        ? []
        : new() { ["SnetGateway:Limits:PingInterval"] = "00:00:01", ["SnetGateway:Limits:PingTimeout"] = "00:00:01" };

    /// <summary>Each has had its first message, so its payment is settled and the channel free for the next.</summary>
    private async Task<RawCall[]> OpenAllAsync(StreamMarket market, ConcurrentBag<RawHttp2> connections)
    {
        var calls = new RawCall[_streams];
        await Task.WhenAll(market.Payers.Select(async (payer, which) =>
        {
            for (int number = which; number < _connections; number += market.Payers.Count)
            {
                RawHttp2 connection = await RawHttp2.ConnectAsync(market.EndPoint);
                connections.Add(connection);
                for (int i = number; i < calls.Length; i += _connections)
                {
                    calls[i] = await StreamMarket.OpenAsync(connection, payer, "Idle");
                    await calls[i].FirstData.WithTimeout();
                }
            }
        }));
        return calls;
    }

    private async Task VanishAsync(StreamMarket market, RawHttp2 mute)
    {
        ChainChannel channel = await fixture.Chain.OpenChannelAsync(1_000);
        await using ChildProcess client = PayingClient.Start(ClientStack.Node, new ClientJob
        {
            Endpoint = market.Gateway.Endpoint,
            Method = "example.Echo/Count",
            Requests = [new { }],
            Payment = ClientPayment.From(fixture.Chain.State, channel, 10),
            Metadata = new Dictionary<string, object?> { [Name] = Stopped },
        });
        (StreamPayer payer, StreamPayer waiting) = (market.Payers[0], market.Payers[1]);
        await mute.OpenAsync([.. RawHttp2.CallHeaders("/example.Echo/Idle"), .. payer.Requests.Payment(payer.Next()), (Name, Mute)]);
        (string, string)[] payment = waiting.Requests.Payment(waiting.Next());
        await mute.OpenAsync([.. RawHttp2.CallHeaders("/example.Echo/Idle"), .. payment, (Name, Unanswered)]);
        await Task.WhenAll(_begun.Values.Select(begun => begun.Task)).WithTimeout();

        var clock = Stopwatch.StartNew();
        client.Send(UnixSignal.Stop);
        mute.AnswersPings = false;
        await Task.WhenAll(_cancelled.Select(async cancelled =>
        {
            await cancelled.Value.Task.WaitAsync(s_noticed);
            output.WriteLine($"{cancelled.Key}: its call's end reached the service after {clock.Elapsed.TotalSeconds:0.0} s");
        }));

        // What was not answered is not charged, and its turn is free: the same payment buys the next call.
        await using RawHttp2 again = await RawHttp2.ConnectAsync(market.EndPoint);
        RawReply reply = await again.CallAsync([.. RawHttp2.CallHeaders("/example.Echo/Work"), .. payment]);
        Assert.True(reply.Status == 0, reply.ToString());
        Assert.Equal(waiting.Signed, await market.AskSignedAsync(waiting));
    }

    private async Task ServeAsync(Microsoft.AspNetCore.Http.HttpContext context)
    {
        if (context.Request.Path.Value!.EndsWith("/Work", StringComparison.Ordinal))
        {
            await Wire.EchoAsync(context);
            return;
        }

        string name = context.Request.Headers[Name].ToString();
        Wire.Begin(context);
        if (name != Unanswered)
        {
            await Wire.SendAsync(context, Message);
        }

        if (name.Length > 0)
        {
            using CancellationTokenRegistration end = context.RequestAborted.Register(_cancelled[name].SetResult);
            _begun[name].SetResult();
            await _cancelled[name].Task;
            return;
        }

        await _speak.Task.WaitAsync(context.RequestAborted);
        await Wire.SendAsync(context, Message);
        Wire.End(context, 0);
    }
}
