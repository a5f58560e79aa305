using SnetGateway.FunctionalTests.Attacks;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Gateway.Prices;
using SnetGateway.Payments;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.FunctionalTests.Prices;

/// <summary>Prices that the service names for each call, over real sockets, with real signatures and the real ledger.</summary>
public sealed class DynamicPriceTests
{
    [Fact]
    public async Task Call_CostsWhatTheServiceNames_ForItsFirstMessage()
    {
        await using PricedGateway gateway = await PricedGateway.StartAsync();
        ChannelId id = gateway.Money.Open();

        RawReply reply = await gateway.CallAsync(id, 7, "seven b", PricedGateway.Method, ("x-tenant", "blue"));

        Assert.Equal(0, reply.Status);
        Assert.Equal(Wire.Frame("seven b"), reply.Body);
        Assert.Equal((UInt256)7, gateway.Money.Authorized(id));
        PriceRequest asked = Assert.Single(gateway.Asked);
        Assert.Equal(Wire.Frame("seven b"), asked.Body);
        Assert.Equal("application/grpc+proto", asked.Headers["content-type"]);
        Assert.Equal("trailers", asked.Headers["te"]);
        Assert.Equal("blue", asked.Headers["x-tenant"]);
        Assert.True(asked.Headers.ContainsKey("grpc-timeout"));
        Assert.DoesNotContain(asked.Headers.Keys, key => key.StartsWith("snet-", StringComparison.OrdinalIgnoreCase));

        reply = await gateway.CallAsync(id, 9, "is");
        Assert.Equal(0, reply.Status);
        Assert.Equal((UInt256)9, gateway.Money.Authorized(id));
    }

    [Fact]
    public async Task LargeFirstMessage_AndThoseAfterIt_ArriveWhole()
    {
        await using PricedGateway gateway = await PricedGateway.StartAsync();
        ChannelId id = gateway.Money.Open(value: 10_000_000);
        string large = new('x', 300_000);
        RawCall call = await gateway.Money.Client.OpenAsync(AttackGateway.Pay(id, 300_000, path: PricedGateway.Method));
        byte[] first = Wire.Frame(large);
        for (int sent = 0; sent < first.Length; sent += 16_000)
        {
            await call.SendAsync(first[sent..Math.Min(first.Length, sent + 16_000)]);
        }

        await call.SendAsync(Wire.Frame("second"), end: true);
        RawReply reply = await call.Reply.WithTimeout();

        Assert.Equal(0, reply.Status);
        Assert.Equal(Wire.Frame(large).Concat(Wire.Frame("second")), reply.Body);
        Assert.Equal(large, Assert.Single(gateway.Asked).Text);
        Assert.Equal((UInt256)300_000, gateway.Money.Authorized(id));
    }

    [Fact]
    public async Task MethodWithoutAPriceMethod_HasTheOtherPrice_AndNothingIsAsked()
    {
        await using PricedGateway gateway = await PricedGateway.StartAsync();
        ChannelId id = gateway.Money.Open();
        Assert.Equal(0, (await gateway.CallAsync(id, PricedGateway.OtherPrice, method: PricedGateway.OtherMethod)).Status);
        Assert.Empty(gateway.Asked);
        Assert.Equal((UInt256)PricedGateway.OtherPrice, gateway.Money.Authorized(id));
    }

    [Fact]
    [Rule(10)]
    public async Task UnknownCallers_MakeTheServiceWorkForNothing_Never()
    {
        await using PricedGateway gateway = await PricedGateway.StartAsync();
        ChannelId id = gateway.Money.Open();
        byte[] body = Wire.Frame("word");
        List<(string Name, string Value)>[] calls =
        [
            RawHttp2.CallHeaders(PricedGateway.Method),
            DishonestPayment.With(AttackGateway.Pay(id, 4, path: PricedGateway.Method), PaymentMetadata.ChannelAmount, "0x4"),
            AttackGateway.Pay(id, 4, path: PricedGateway.Method, by: AttackGateway.Stranger),
            AttackGateway.Pay(id, 4, path: PricedGateway.Method, signature: new byte[65]),
            AttackGateway.Pay(id, 4, nonce: AttackGateway.Nonce + 1, path: PricedGateway.Method),
            AttackGateway.Pay(id, AttackGateway.Value + 1, path: PricedGateway.Method),
            AttackGateway.Pay(new ChannelId(77), 4, path: PricedGateway.Method),
        ];
        foreach (List<(string Name, string Value)> call in calls)
        {
            Assert.NotEqual(0, (await gateway.Money.Client.CallAsync(call, body)).Status);
        }

        Assert.Equal(0, gateway.Money.Harness.Service.Requests);
        Assert.Equal(0, gateway.Money.Store.Commits);
    }

    [Fact]
    [Rule(6)]
    public async Task PayerThatAsksInVain_HasToPause_AndTheServiceIsNotAskedMeanwhile()
    {
        await using PricedGateway gateway = await PricedGateway.StartAsync(calls: new PaidCallOptions { FailedCallsPerMinute = 3 });
        ChannelId id = gateway.Money.Open();
        for (int i = 0; i < 4; i++)
        {
            RawReply wrong = await gateway.CallAsync(id, 5);
            Assert.Equal((16, "income 5 does not equal to price 4"), (wrong.Status, wrong.Message));
        }

        RawReply busy = await gateway.CallAsync(id, 4);
        Assert.Equal((9, $"another transaction on channel: {{ID: {id}}} is in progress"), (busy.Status, busy.Message));
        Assert.Equal(4, gateway.Asked.Count);
        Assert.Equal(0, gateway.Money.Store.Commits);
    }

    [Fact]
    public async Task Concurrent_RequestsOfOnePayer_AreBounded_AndAllAreServed()
    {
        await using PricedGateway gateway = await PricedGateway.StartAsync(new DynamicPriceOptions { MaxConcurrent = 8 });
        int running = 0, most = 0;
        gateway.NamePrice = async (context, body) =>
        {
            int now = Interlocked.Increment(ref running);
            int seen;
            while ((seen = Volatile.Read(ref most)) < now && Interlocked.CompareExchange(ref most, now, seen) != seen)
            {
            }

            await Task.Yield();
            Interlocked.Decrement(ref running);
            await PricedGateway.RespondAsync(context, 4);
        };
        Task<RawReply>[] calls = [.. Enumerable.Range(0, 40).Select(_ => gateway.CallAsync(gateway.Money.Open(), 4))];

        Assert.All(await Task.WhenAll(calls).WithTimeout(), reply => Assert.Equal(0, reply.Status));
        Assert.InRange(most, 1, 2);
    }

    [Fact]
    public async Task Cache_TheSameQuestion_IsAskedOnce()
    {
        await using PricedGateway gateway = await PricedGateway.StartAsync(
            new DynamicPriceOptions { CacheTime = TimeSpan.FromMinutes(10) });
        ChannelId id = gateway.Money.Open();
        Assert.Equal(0, (await gateway.CallAsync(id, 4, "same")).Status);
        Assert.Equal(0, (await gateway.CallAsync(id, 8, "same")).Status);
        Assert.Single(gateway.Asked);
        Assert.Equal(0, (await gateway.CallAsync(id, 12, "also")).Status);
        Assert.Equal(0, (await gateway.CallAsync(id, 16, "also", PricedGateway.Method, ("x-tenant", "blue"))).Status);
        Assert.Equal(3, gateway.Asked.Count);
    }

    [Fact]
    public async Task OtherCluster_NamesThePrices_OverTls()
    {
        await using ScriptedService prices = await ScriptedService.StartAsync(tls: true);
        await using PricedGateway gateway = await PricedGateway.StartAsync(new DynamicPriceOptions { Cluster = "prices" }, new()
        {
            ["ReverseProxy:Clusters:prices:Destinations:one:Address"] = prices.Address.ToString(),
            ["ReverseProxy:Clusters:prices:HttpClient:DangerousAcceptAnyServerCertificate"] = "true",
        });
        prices.Handle = gateway.ServeAsync;
        ChannelId id = gateway.Money.Open();

        Assert.Equal(0, (await gateway.CallAsync(id, 4)).Status);
        Assert.Equal((1, 1), (prices.Requests, gateway.Money.Harness.Service.Requests));
    }

    [Fact]
    public async Task InstanceThatRefusesConnections_IsPassedOver()
    {
        await using ScriptedService alive = await ScriptedService.StartAsync();
        Dictionary<string, string?> settings = new()
        {
            ["cluster"] = "words",
            ["ReverseProxy:Clusters:words:Destinations:alive:Address"] = alive.Address.ToString(),
        };
        for (int i = 0; i < 3; i++)
        {
            settings[$"ReverseProxy:Clusters:words:Destinations:dead{i}:Address"] = "http://127.0.0.1:1";
        }

        await using PricedGateway gateway = await PricedGateway.StartAsync(settings: settings);
        alive.Handle = gateway.ServeAsync;
        ChannelId id = gateway.Money.Open();
        for (ulong amount = 4; amount <= 40; amount += 4)
        {
            Assert.Equal(0, (await gateway.CallAsync(id, amount)).Status);
        }

        Assert.Equal(10, gateway.Asked.Count);
    }

    [Fact]
    public async Task Client_ThatCancelsWhileThePriceIsAsked_LeavesNothing()
    {
        await using PricedGateway gateway = await PricedGateway.StartAsync();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        gateway.NamePrice = async (context, _) =>
        {
            asked.TrySetResult();
            context.RequestAborted.Register(() => ended.TrySetResult());
            await ended.Task;
        };
        ChannelId id = gateway.Money.Open();
        RawCall call = await gateway.Money.Client.OpenAsync(AttackGateway.Pay(id, 4, path: PricedGateway.Method));
        await call.SendAsync(Wire.Frame("word"), end: true);
        await asked.Task.WithTimeout();
        await call.ResetAsync();
        await ended.Task.WithTimeout();

        gateway.NamePrice = (context, _) => PricedGateway.RespondAsync(context, 4);
        Assert.Equal(0, gateway.Money.Store.Commits);
        Assert.Equal(0, (await gateway.CallAsync(id, 4)).Status);
    }
}
