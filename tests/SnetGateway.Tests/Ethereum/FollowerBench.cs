using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using SnetGateway.Ethereum;
using SnetGateway.Ethereum.Follower;
using SnetGateway.Ethereum.Registry;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;

namespace SnetGateway.Tests.Ethereum;

/// <summary>
/// A follower on a scripted chain and a clock that only the test moves: each round and each read happens when the test says so.
/// </summary>
internal sealed class FollowerBench : IAsyncDisposable, ILogger, ILoggerFactory, ILoggerProvider, IMeterFactory
{
    public static readonly PaymentGroup Group = new(
        "org", "group", new Bytes32([.. Enumerable.Repeat((byte)7, 32)]), Address.Parse("0x70997970c51812dc3a010c7d01b50e0d17dc79c8"), 100);

    public static readonly Address Sender = Address.Parse("0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc");
    public static readonly Address Stranger = Address.Parse("0x9965507d1a55bcc2695c58ba16fb37d819b0a4dc");

    private readonly List<Meter> _meters = [];

    public FollowerBench(Action<ChainOptions>? configure = null, ScriptedChain? chain = null)
    {
        Chain = chain ?? new ScriptedChain();
        Options = new ChainOptions
        {
            Endpoints = ["http://a.test/v3/secret-key"],
            ChainId = 1,
            EscrowAddress = ScriptedChain.Escrow.ToString(),
            MaxBlockPause = TimeSpan.Zero, // this clock moves minutes between blocks
        };
        configure?.Invoke(Options);
        Registry = new RegistryWatch(Clock);
        Follower = new ChainFollower(Options, Book, Clock, new Random(1), this, this, Chain, Registry);
    }

    public TestTimeProvider Clock { get; } = new();

    public ChannelBook Book { get; } = new([Group]);

    public ScriptedChain Chain { get; }

    public ChainOptions Options { get; }

    public ChainFollower Follower { get; }

    /// <summary>Gets the events of the Registry; watches none at first.</summary>
    public RegistryWatch Registry { get; }

    public List<string> Logged { get; } = [];

    public List<ChannelClaimSeen> Claims { get; } = [];

    /// <summary>A read, a moment after the previous step.</summary>
    public async Task<ChannelReadResult> ReadChannelAsync(ulong id, ReadPriority priority = ReadPriority.Anonymous)
    {
        Clock.Advance(TimeSpan.FromMilliseconds(250));
        return await Follower.ReadChannelAsync(new ChannelId(id), priority, CancellationToken.None).AsTask().WaitAsync(
            TimeSpan.FromSeconds(60));
    }

    /// <summary>Moves the clock until the work is done. For benches with a request timeout of an hour.</summary>
    public async Task<T[]> DriveAsync<T>(params Task<T>[] work)
    {
        await ChannelReaderTests.WaitUntilAsync(() =>
        {
            Clock.AdvanceToTimer(TimeSpan.FromMinutes(1));
            return work.All(task => task.IsCompleted);
        });
        return await Task.WhenAll(work);
    }

    /// <summary>One round of following, a second after the previous step.</summary>
    public async Task FollowAsync()
    {
        Clock.Advance(TimeSpan.FromSeconds(1));
        await Follower.FollowOnceAsync(CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromSeconds(60));
    }

    /// <summary>Resumes at an earlier process's cursor, with a claim handler and without the endless loop.</summary>
    public async Task ResumeAsync(ChainBlock? cursor)
    {
        using var stopped = new CancellationTokenSource();
        await stopped.CancelAsync();
        await Follower.RunAsync(cursor, null, Claims.Add, stopped.Token);
    }

    public Action<ScriptedChain.Block> Open(ulong id, ulong value = 1_000, Address? sender = null) =>
        block => block.Open(id, sender ?? Sender, Group.Recipient, Group.Id, value);

    public static Action<ScriptedChain.Block> OpenForeign(ulong id) => block => block.Open(id, Sender, Stranger, Group.Id, 5);

    public Channel Channel(ulong id) => Book.Find(new ChannelId(id)) ?? throw new InvalidOperationException($"channel {id} is not known");

    public ChannelChainState State(ulong id) => Channel(id).Chain!;

    /// <summary>Records an amount as signed and served.</summary>
    public void Serve(ulong id, ulong amount, ulong nonce = 0, params SignedTotal[] earlier)
    {
        ChannelReading reading = State(id).Reading;
        Channel(id).Adopt(new ChannelRecord
        {
            Revision = (Channel(id).Record?.Revision ?? 0) + 1,
            Id = new ChannelId(id),
            Nonce = new ChannelNonce(nonce),
            Amount = amount,
            Signature = new byte[65],
            Sender = reading.Sender,
            Signer = reading.Signer,
            Earlier = earlier,
            Reading = reading,
        });
    }

    public async ValueTask DisposeAsync()
    {
        await Follower.DisposeAsync();
        _meters.ForEach(meter => meter.Dispose());
    }

    void ILogger.Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (Logged)
        {
            Logged.Add($"{logLevel} {eventId.Name} {formatter(state, exception)}");
        }
    }

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    ILogger ILoggerFactory.CreateLogger(string categoryName) => this;

    ILogger ILoggerProvider.CreateLogger(string categoryName) => this;

    void ILoggerFactory.AddProvider(ILoggerProvider provider)
    {
    }

    Meter IMeterFactory.Create(MeterOptions options)
    {
        options.Scope = this;
        var meter = new Meter(options);
        _meters.Add(meter);
        return meter;
    }

    void IDisposable.Dispose()
    {
    }
}
