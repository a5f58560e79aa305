using System.Net;
using System.Text.Json.Nodes;
using Google.Protobuf;
using SnetGateway.EchoService.Protocol;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.FunctionalTests.Crashes;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.FunctionalTests.Replicas;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit.Market;

namespace SnetGateway.FunctionalTests.Endurance;

/// <summary>
/// Three replicas on one etcd under half of the load that they can serve, with all that happens to a group in a long time: their
/// configuration is reloaded, consumers open channels, long streams are open, and one of the replicas is killed again and again. The other
/// two are measured.
/// </summary>
internal sealed class Soak : IAsyncDisposable
{
    private const int Consumers = 8;
    private const int Connections = 4;
    private const int StreamsOfConnection = 5;
    private const int CallsOfNewChannel = 3;
    private const int ReloadedEvent = 1501;

    private static readonly TimeSpan s_untilWarm = TimeSpan.FromSeconds(30); // cold replicas serve a small part of the load
    private static readonly TimeSpan s_fullLoad = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_betweenSamples = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_betweenBlocks = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_betweenChannels = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_betweenReloads = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_betweenKills = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_longestWarmUp = TimeSpan.FromMinutes(10);

    private readonly DevChain _chain;
    private readonly ReplicaMarket _market;
    private readonly Action<string> _write;
    private readonly List<RawHttp2> _connections = [];

    private Soak(DevChain chain, ReplicaMarket market, Action<string> write)
    {
        (_chain, _market, _write) = (chain, market, write);
    }

    /// <summary>The replicas that live through all of it.</summary>
    private GatewayProcess[] Measured => [.. _market.Gateways.Take(2)];

    private GatewayProcess Killed => _market.Gateways[2];

    public static async Task<Soak> StartAsync(Action<string> write)
    {
        DevChain chain = await DevChain.StartAsync();
        try
        {
            return new Soak(
                chain, await ReplicaMarket.StartAsync(chain, await EtcdReplicaStore.StartAsync(), 3, Consumers, seed: 1), write);
        }
        catch
        {
            await chain.DisposeAsync();
            throw;
        }
    }

    public async Task<SoakReport> RunAsync(TimeSpan time)
    {
        var load = new HonestLoad(_market.Consumers);
        await load.RunAsync(0, s_untilWarm);
        double full = (await load.RunAsync(0, s_fullLoad)).PerSecond;
        List<RawCall> streams = await OpenStreamsAsync();
        await ShowBlockAsync();
        List<ProcessFigures>[] samples = [.. Measured.Select(_ => new List<ProcessFigures>())];
        (int kills, int channels, int reloads) = (0, 0, 0);
        using var stop = new CancellationTokenSource(time);
        Task<HonestFigures> honest = load.RunAsync(full / 2, time, stop.Token);
        await Task.WhenAll(
            EachAsync(s_betweenSamples, stop.Token, Sample),
            EachAsync(s_betweenBlocks, stop.Token, ShowBlockAsync),
            EachAsync(s_betweenChannels, stop.Token, async () => channels += await PayFromNewChannelAsync(stop.Token)),
            EachAsync(s_betweenReloads, stop.Token, () => ReloadAsync(++reloads)),
            EachAsync(s_betweenKills, stop.Token, async () =>
            {
                await KillAsync();
                kills++;
            }));
        HonestFigures figures = await honest;
        await _market.CheckRecordsAsync();
        await _market.VerifyAsync();
        TimeSpan warmUp = time / 3 < s_longestWarmUp ? time / 3 : s_longestWarmUp;
        return new SoakReport(
            time, warmUp, figures, full, samples, streams.Count, streams.Count(stream => stream.Reply.IsCompleted),
            Measured.Sum(gateway => gateway.Log.Count(line => line.EventId == ReloadedEvent)), kills, channels);

        Task Sample()
        {
            for (int i = 0; i < samples.Length; i++)
            {
                samples[i].Add(ProcessFigures.Read(Measured[i].Process.Pid));
            }

            return Task.CompletedTask;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (RawHttp2 connection in _connections)
        {
            await connection.DisposeAsync();
        }

        try
        {
            await _market.DisposeAsync();
        }
        finally
        {
            await _chain.DisposeAsync();
        }
    }

    private static async Task EachAsync(TimeSpan interval, CancellationToken stop, Func<Task> act)
    {
        using var timer = new PeriodicTimer(interval);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                await act();
            }
        }
        catch (OperationCanceledException)
        {
            // The time is over.
        }
    }

    /// <summary>Paid streams that get a message each second for as long as the run takes.</summary>
    private async Task<List<RawCall>> OpenStreamsAsync()
    {
        byte[] request = Wire.Frame(new EchoRequest { Text = "s", Answers = uint.MaxValue, GapMs = 1000 }.ToByteArray());
        var streams = new List<RawCall>();
        foreach (GatewayProcess gateway in Measured.SelectMany(gateway => Enumerable.Repeat(gateway, Connections / 2)))
        {
            RawHttp2 connection = await RawHttp2.ConnectAsync(IPEndPoint.Parse(gateway.Endpoint));
            _connections.Add(connection);
            for (int i = 0; i < StreamsOfConnection; i++)
            {
                PaidRequests requests = new(Key, Escrow, await OpenChannelAsync(), await _chain.GetBlockNumberAsync());
                RawCall call =
                    await connection.OpenAsync([.. RawHttp2.CallHeaders("/example.Echo/Count"), .. requests.Payment(ReplicaMarket.Price)]);
                await call.SendAsync(request, end: true);
                await call.FirstData.WithTimeout();
                streams.Add(call);
            }
        }

        return streams;
    }

    private async Task<int> PayFromNewChannelAsync(CancellationToken stop)
    {
        ChannelId channel = await OpenChannelAsync();
        using var paid = CancellationTokenSource.CreateLinkedTokenSource(stop);
        int grants = 0;
        using var consumer = new ReplicaConsumer(
            Key, Escrow, channel, ReplicaMarket.Price, await _chain.GetBlockNumberAsync(),
            [.. Measured.Select(gateway => new Uri($"http://{gateway.Endpoint}"))], new Random(1));
        await consumer.PayAsync(0, () => { if (++grants == CallsOfNewChannel) { paid.Cancel(); } }, paid.Token);
        if (consumer.Refusals.Count > 0)
        {
            _write($"channel {channel}: {string.Join("; ", consumer.Refusals.Keys)}");
        }

        return 1;
    }

    /// <summary>New channels are new blocks.</summary>
    private async Task ShowBlockAsync()
    {
        ulong block = await _chain.GetBlockNumberAsync();
        foreach (ReplicaConsumer consumer in _market.Consumers)
        {
            consumer.Block = block;
        }
    }

    /// <summary>Changes a value of each replica's file back and forth.</summary>
    private async Task ReloadAsync(int number)
    {
        foreach (GatewayProcess gateway in Measured)
        {
            string file = Path.Combine(gateway.Folder, "appsettings.json");
            JsonNode settings = JsonNode.Parse(await File.ReadAllTextAsync(file))!;
            settings["SnetGateway"]!["Limits"] = new JsonObject { ["MaxMetadataBytes"] = 16_384 + (number % 2) };
            await File.WriteAllTextAsync(file, settings.ToJsonString());
        }
    }

    private async Task KillAsync()
    {
        await Killed.KillAsync();
        await Killed.StartAgainAsync();
        await Killed.WaitUntilReadyAsync();
    }

    private PrivateKey Key => PrivateKey.Parse(_chain.State.Accounts["signer"].PrivateKey);

    private Address Escrow => Address.Parse(_chain.State.MultiPartyEscrow.ToLowerInvariant());

    private async Task<ChannelId> OpenChannelAsync() => new((ulong)(await _chain.OpenChannelAsync(1_000_000)).Id);
}
