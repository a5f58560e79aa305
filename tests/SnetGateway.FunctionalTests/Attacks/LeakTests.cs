using Microsoft.Extensions.Logging;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Payments.Values;
using Xunit;

namespace SnetGateway.FunctionalTests.Attacks;

/// <summary>What attackers leave behind: nothing. Alone, because it looks at the memory of the whole process.</summary>
[Collection(nameof(AloneCollection))]
[Trait("Needs", "time")]
public sealed class LeakTests
{
    private const long Mebibyte = 1024 * 1024;

    [Fact]
    public async Task FiftyThousandRefusedCalls_LeaveNothingBehind()
    {
        await using AttackGateway gateway = await AttackGateway.StartAsync(new() { MaxWaitingPerChannel = 0 });
        gateway.Harness.Log.Least = LogLevel.Warning;
        ChannelId id = gateway.Open();
        await gateway.PayAsync(id, 10);
        List<(string Name, string Value)>[] refused =
        [
            DishonestPayment.With(AttackGateway.Pay(id, 20), "snet-payment-channel-id", "x"),
            AttackGateway.Pay(id, 20, signature: []),
            AttackGateway.Pay(id, 20, by: AttackGateway.Stranger),
            AttackGateway.Pay(id, 20, nonce: 2),
            AttackGateway.Pay(id, 20, path: "/priced.Echo/Other"),
        ];
        await RefuseAsync(gateway, refused, 5_000);
        long before = Settled();
        await RefuseAsync(gateway, refused, 50_000);
        long after = Settled();
        Assert.True(after - before < 4 * Mebibyte, $"The heap grew by {after - before} bytes over 50,000 refused calls.");
        Assert.Equal((1, 1L), (gateway.Harness.Service.Requests, gateway.Store.Accesses));
        Assert.Equal(1, gateway.Book.Count);
        await gateway.PayAsync(id, 20);
    }

    [Fact]
    public async Task ThousandsOfResetCalls_LeaveNothingBehind()
    {
        // more than are made here
        await using AttackGateway gateway = await AttackGateway.StartAsync(new() { AbandonedCallsPerMinute = 10_000 });
        gateway.Harness.Log.Least = LogLevel.Warning;
        gateway.Harness.Service.Handle = async context =>
        {
            Wire.Begin(context);
            await context.Response.Body.FlushAsync(); // starting an answer alone sends nothing
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
        };
        ChannelId[] channels = [.. Enumerable.Range(0, 8).Select(_ => gateway.Open())];
        await ResetAsync(gateway, channels, 500); // fills every pool, which takes more than ten MiB
        await ResetAsync(gateway, channels, 200);
        long before = Settled();
        await ResetAsync(gateway, channels, 500);
        long after = Settled();
        Assert.True(after - before < 8 * Mebibyte, $"The heap grew by {after - before} bytes over 4,000 reset calls.");
        Assert.Equal(0, gateway.Store.Accesses);
        gateway.Harness.Service.Handle = Wire.EchoAsync;
        foreach (ChannelId id in channels)
        {
            await gateway.PayAsync(id, 10);
        }
    }

    private static async Task RefuseAsync(AttackGateway gateway, List<(string Name, string Value)>[] refused, int calls)
    {
        const int Clients = 8;
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async _ =>
        {
            await using RawHttp2 client = await RawHttp2.ConnectAsync(gateway.EndPoint);
            for (int i = 0; i < calls / Clients; i += 25)
            {
                RawReply[] replies = await Task.WhenAll(Enumerable.Range(i, 25).Select(n => client.CallAsync(refused[n % refused.Length])));
                Assert.All(replies, reply => Assert.True(reply.Status > 0, reply.ToString()));
                client.Forget();
            }
        }));
    }

    private static async Task ResetAsync(AttackGateway gateway, ChannelId[] channels, int calls)
    {
        await Task.WhenAll(channels.Select(async id =>
        {
            await using RawHttp2 client = await RawHttp2.ConnectAsync(gateway.EndPoint);
            for (int i = 0; i < calls; i++)
            {
                RawCall call = await client.OpenAsync(AttackGateway.Pay(id, 10));
                await call.SendAsync(Wire.Frame("a"));
                if (i % 6 == 0)
                {
                    await call.FirstHeaders.WithTimeout(); // inside the service, or refused
                }

                await call.ResetAsync();
                client.Forget();
            }

            // In its turn behind all of these.
            RawReply reply;
            int tries = 0;
            do
            {
                reply = await gateway.Client.CallAsync(AttackGateway.Pay(id, 11));
            }
            while (reply.Status == 9 && ++tries < 5); // the line may be full for a moment

            Assert.True(reply.Status == 16, reply.ToString());
        }));
        gateway.Client.Forget();
    }

    private static long Settled()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return GC.GetTotalMemory(forceFullCollection: true);
    }
}

/// <summary>Tests that run beside no other.</summary>
[CollectionDefinition(nameof(AloneCollection), DisableParallelization = true)]
public sealed class AloneCollection;
