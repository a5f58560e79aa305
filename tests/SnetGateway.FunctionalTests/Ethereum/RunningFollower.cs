using System.Diagnostics.Metrics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using SnetGateway.Ethereum;
using SnetGateway.Ethereum.Follower;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit.Market;

namespace SnetGateway.FunctionalTests.Ethereum;

/// <summary>A chain follower that runs on the local chain.</summary>
internal sealed class RunningFollower : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly Task _running;

    public RunningFollower(DevChain chain, Action<ChainOptions>? configure = null)
    {
        var options = new ChainOptions
        {
            Endpoints = [chain.State.RpcUrl.ToString()],
            ChainId = (long)chain.State.ChainId,
            EscrowAddress = chain.State.MultiPartyEscrow,
            PollInterval = TimeSpan.FromMilliseconds(100),
        };
        configure?.Invoke(options);
        Bytes32.TryParseBase64(chain.State.GroupIdBase64, out Bytes32 group);
        Book = new ChannelBook([new PaymentGroup("org", "group", group, Address.Parse(chain.State.Accounts["provider"].Address), 100)]);
        Follower = new ChainFollower(
            options, Book, TimeProvider.System, Random.Shared, NullLoggerFactory.Instance, _services.GetRequiredService<IMeterFactory>(),
            Line);
        _running = Follower.RunAsync(null, null, claim =>
        {
            lock (Claims)
            {
                Claims.Add(claim);
            }
        }, _stop.Token);
    }

    public NodeConnection Line { get; } = new();

    public ChannelBook Book { get; }

    public ChainFollower Follower { get; }

    public List<ChannelClaimSeen> Claims { get; } = [];

    public Task<ChannelReadResult> ReadChannelAsync(BigInteger id, ReadPriority priority = ReadPriority.Anonymous) =>
        Follower.ReadChannelAsync(Id(id), priority, CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromSeconds(20));

    public ChannelChainState State(BigInteger id) => Book.Find(Id(id))!.Chain!;

    /// <summary>Waits for a result of the follower, which runs concurrently with the test.</summary>
    public static async Task UntilAsync(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string what = "")
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!condition())
        {
            try
            {
                await tick.WaitForNextTickAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"Waited too long for: {what}");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(TimeSpan.FromSeconds(20));
        await Follower.DisposeAsync();
        await _services.DisposeAsync();
        Line.Dispose();
        _stop.Dispose();
    }

    private static ChannelId Id(BigInteger id) => new(UInt256.Parse(id.ToString(System.Globalization.CultureInfo.InvariantCulture)));
}
