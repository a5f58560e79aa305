using Microsoft.Extensions.Logging;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Values;
using Xunit;

namespace SnetGateway.FunctionalTests.Attacks;

/// <summary>What attackers leave behind: nothing. Alone, because it looks at the memory of the whole process.</summary>
[Collection(nameof(AloneCollection))]
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

    private static async Task RefuseAsync(AttackGateway gateway, List<(string Name, string Value)>[] refused, int calls)
    {
        const int clients = 8;
        await Task.WhenAll(Enumerable.Range(0, clients).Select(async _ =>
        {
            await using RawHttp2 client = await RawHttp2.ConnectAsync(gateway.EndPoint);
            for (int i = 0; i < calls / clients; i += 25)
            {
                RawReply[] replies = await Task.WhenAll(Enumerable.Range(i, 25).Select(n => client.CallAsync(refused[n % refused.Length])));
                Assert.All(replies, reply => Assert.True(reply.Status > 0, reply.ToString()));
                client.Forget();
            }
        }));
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
