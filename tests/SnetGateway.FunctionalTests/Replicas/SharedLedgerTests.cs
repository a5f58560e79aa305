using System.Diagnostics;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.FunctionalTests.Crashes;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.FunctionalTests.Market;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Etcd;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Stores;
using Xunit;

namespace SnetGateway.FunctionalTests.Replicas;

/// <summary>Two gateways as processes, on one etcd or one Redis: one channel, one truth.</summary>
[Collection(DevChainFixture.Replicas)]
[Trait("Needs", "etcd")]
[Trait("Needs", "redis")]
[Trait("Needs", "chain")]
public sealed class SharedLedgerTests(DevChainFixture fixture)
{
    private const ulong Price = 10;
    private static readonly byte[] s_say = Wire.Frame([0x0A, 0x01, (byte)'x']); // example.EchoRequest: text "x"

    [Fact]
    [Rule(1, 2)]
    public async Task TwoGatewaysOnOneEtcd_TakeTurnsOnOneChannel_SellNothingTwice_AndWaitForTheirStore()
    {
        await using EtcdProcess etcd = await EtcdProcess.StartAsync();
        var ledger = new Dictionary<string, string>
        {
            ["SnetGateway:Ledger:Store"] = "etcd",
            ["SnetGateway:Ledger:Etcd:Endpoints:0"] = etcd.Endpoint,
        };
        await ShareAsync(ledger, etcd.Pause, etcd.Resume, 7031, 7033);
    }

    [Fact]
    public async Task TwoGatewaysOnOneRedis_TakeTurnsOnOneChannel_SellNothingTwice_AndWaitForTheirStore()
    {
        await using RedisProcess redis = await RedisProcess.StartAsync();
        var ledger = new Dictionary<string, string>
        {
            ["SnetGateway:Ledger:Store"] = "redis",
            ["SnetGateway:Ledger:Redis:Endpoint"] = redis.Endpoint,
        };
        await ShareAsync(ledger, redis.Pause, redis.Resume, 7003);
    }

    private async Task ShareAsync(Dictionary<string, string> ledger, Action pauseStore, Action resumeStore, params int[] storeErrors)
    {
        DevChain chain = fixture.Chain;
        await using ExampleServiceProcess service = await ExampleServiceProcess.StartAsync(ExampleLanguage.CSharp);
        var settings = new GatewaySettings(chain.State, new MarketService("echo", service.Address) { Price = (long)Price })
        {
            Options = new Dictionary<string, string>(ledger) { ["SnetGateway:PaidCalls:AbandonedCallsPerMinute"] = "10000" },
        };
        await using GatewayProcess one = await GatewayProcess.StartAsync(settings);
        await using GatewayProcess two = await GatewayProcess.StartAsync(settings);
        Uri[] gateways = [new($"http://{one.Endpoint}"), new($"http://{two.Endpoint}")];
        var channel = new ChannelId((ulong)(await chain.OpenChannelAsync(1_000_000)).Id);
        var requests = new PaidRequests(
            PrivateKey.Parse(chain.State.Accounts["signer"].PrivateKey),
            Address.Parse(chain.State.MultiPartyEscrow.ToLowerInvariant()),
            channel,
            await chain.GetBlockNumberAsync());
        using var http = new ClientHttp();

        // Each call at the other gateway than the one before.
        ulong amount = 0;
        for (int call = 0; call < 40; call++)
        {
            amount += Price;
            Assert.Equal(("0", true), await PayAsync(gateways[call % 2], amount));
        }

        // The same payment at both at once, many times: one grant each, and nobody is stuck.
        for (int round = 0; round < 10; round++)
        {
            amount += Price;
            (string? Code, bool HasByte)[] answers =
                await Task.WhenAll(Enumerable.Range(0, 32).Select(i => PayAsync(gateways[i % 2], amount)));
            Assert.Single(answers, answer => answer.HasByte);
            Assert.Single(answers, answer => answer.Code == "0");
        }

        Assert.Equal(50 * Price, amount);
        Assert.All(
            await Task.WhenAll(gateways.Select(gateway => requests.AskSignedAsync(http, gateway))), signed => Assert.Equal(amount, signed));

        // No store: not ready within a second, no byte for anybody, and everything goes on by itself.
        foreach (GatewayProcess gateway in new[] { one, two })
        {
            gateway.ExpectErrors([3002, 3003, 3011, .. storeErrors]);
        }

        pauseStore();
        var time = Stopwatch.StartNew();
        await TestKit.Processes.Eventually.TrueAsync("both are not ready", async () =>
            await one.AskReadinessAsync() is not null && await two.AskReadinessAsync() is not null);
        // one second, and room for a busy machine
        Assert.True(time.Elapsed < TimeSpan.FromSeconds(1.5), $"not ready only after {time.Elapsed}");
        (string? code, bool hasByte) = await PayAsync(gateways[0], amount + Price);
        Assert.False(hasByte || code == "0", $"{code}");
        resumeStore();
        await one.WaitUntilReadyAsync();
        await two.WaitUntilReadyAsync();
        amount = await requests.AskSignedAsync(http, gateways[0]); // the one without an answer may have been booked
        Assert.Contains(amount, new[] { 50 * Price, 51 * Price });
        foreach (Uri gateway in gateways)
        {
            amount += Price;
            Assert.Equal(("0", true), await PayAsync(gateway, amount));
        }

        // Both histories together are the whole of it.
        CommandResult verified = await one.RunCommandAsync(
            "ledger", "verify", "--journal", Path.Combine(one.Folder, "data/journal"), "--journal",
            Path.Combine(two.Folder, "data/journal"));
        Assert.True(verified.ExitCode == 0, verified.Everything);

        async Task<(string? Code, bool HasByte)> PayAsync(Uri gateway, ulong total)
        {
            using HttpResponseMessage answer =
                await http.SendAsync(requests.Call(gateway, "Say", s_say, total), CancellationToken.None).WithTimeout();
            byte[] body = await answer.Content.ReadAsByteArrayAsync().WithTimeout();
            return (PaidRequests.StatusOf(answer).Code, body.Length > 0);
        }
    }
}
