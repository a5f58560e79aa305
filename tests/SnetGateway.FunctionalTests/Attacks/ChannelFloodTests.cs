using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SnetGateway.Ethereum;
using SnetGateway.Ethereum.Follower;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Payments.Values;
using Xunit;

namespace SnetGateway.FunctionalTests.Attacks;

/// <summary>Floods of ids that the gateway never saw, against the real follower with its real budget.</summary>
[Trait("Needs", "time")]
public sealed class ChannelFloodTests
{
    private const int ReadsPerSecond = 20;
    private const int Ids = 4_000;
    private const int Connections = 40; // each with fewer calls than the server takes at the same time

    [Theory]
    [InlineData("badly signed", 16, 16, false)]
    [InlineData("random", 16, 16, false)]
    [InlineData("of other people", 13, 14, true)]
    public async Task ThousandsOfUnknownIds_CostTheChainNoMoreThanTheBudget(string kind, int status, int otherStatus, bool reads)
    {
        using var node = new ScriptedNode(1_000_000, AttackGateway.Stranger.Address);
        using var stop = new CancellationTokenSource();
        await using ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        ChainFollower follower = null!;
        await using AttackGateway gateway = await AttackGateway.StartAsync(chain: book => follower = new ChainFollower(
            new ChainOptions
            {
                Endpoints = ["http://node"],
                ChainId = 1,
                EscrowAddress = AttackGateway.Escrow.ToString(),
                ReadsPerSecond = ReadsPerSecond,
            },
            book, TimeProvider.System, Random.Shared, NullLoggerFactory.Instance, services.GetRequiredService<IMeterFactory>(), node));
        gateway.Harness.Log.Least = LogLevel.Warning;
        Task following = follower.RunAsync(null, null, _ => { }, stop.Token);
        await Eventually.TrueAsync(() => follower.Head is not null);
        ChannelId known = gateway.Open();
        gateway.Book.Learn(gateway.Chain.Read(known) with { Block = follower.Head!.Value });

        byte[] signature = kind == "badly signed" ? new byte[65] : AttackGateway.Sign(AttackGateway.Signer, AttackGateway.Escrow, 1, 1, 1);
        long start = Stopwatch.GetTimestamp();
        RawHttp2[] clients = await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => RawHttp2.ConnectAsync(gateway.EndPoint)));
        ulong firstId = kind == "random" ? 2_000_000UL : 5_000UL;
        Task<RawReply[]> flood = Task.WhenAll(Enumerable.Range(0, Ids).Select(n =>
            clients[n % Connections].CallAsync(AttackGateway.Pay(new ChannelId(firstId + (ulong)n), 10, signature: signature))));
        for (ulong call = 1; call <= 20; call++)
        {
            await gateway.PayAsync(known, call * 10); // the chain is not on its way
        }

        RawReply[] replies = await flood;
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Assert.All(replies, reply => Assert.True(reply.Status == status || reply.Status == otherStatus, reply.ToString()));
        Assert.All(replies, reply => Assert.Empty(reply.Body));

        // Half the budget is for strangers; it saves up a second's worth.
        double most = reads ? (ReadsPerSecond / 2.0 * (seconds + 1)) + 1 : 0;
        Assert.InRange(node.ChannelRequests, reads ? 1 : 0, most);
        Assert.Equal(20, gateway.Harness.Service.Requests);
        Assert.Equal(20, gateway.Store.Accesses);
        Assert.Equal(1, gateway.Book.Count);
        await Task.WhenAll(clients.Select(client => client.DisposeAsync().AsTask()));
        await stop.CancelAsync();
        await following.WithTimeout();
        await follower.DisposeAsync();
    }
}
