using System.Collections.Concurrent;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Values;

namespace SnetGateway.TestKit.Payments;

/// <summary>
/// A scripted contract and chain endpoint. Changes on the chain (<see cref="Open"/>, <see cref="TopUp"/>, <see cref="Claim"/>) are not
/// known to the book until a channel is read or an event is announced.
/// </summary>
public sealed class FakeChain(ChannelBook book, TimeProvider time) : IChannelReader
{
    private readonly ConcurrentDictionary<ChannelId, ChannelReading> _contract = new();
    private readonly ConcurrentQueue<(ChannelId Id, ReadPriority Priority)> _looks = new();
    private int _headRefreshes;

    /// <summary>The channel reads so far, in order.</summary>
    public IReadOnlyCollection<(ChannelId Id, ReadPriority Priority)> Looks => _looks;

    public int HeadRefreshes => Volatile.Read(ref _headRefreshes);

    public ChainBlock? Head
    {
        get
        {
            BeforeHead?.Invoke();
            return field;
        }

        set;
    } = Block(1_000, time);

    /// <summary>Runs before the head is used, so that a test can change something in the middle of a check.</summary>
    public Action? BeforeHead { get; set; }

    public ChainBlock? Cursor { get; set; } = Block(1_000, time);

    /// <summary>When set, every read returns this result and reads nothing; if it is unreachable, the head cannot be read either.</summary>
    public ChannelReadResult? Outage { get; set; }

    /// <summary>When set, reads return the contract's state at that time: an endpoint that lags.</summary>
    public IReadOnlyDictionary<ChannelId, ChannelReading>? Lagging { get; set; }

    /// <summary>When set, reads return this reading: a channel is read once per head, and the head may not change for long.</summary>
    public DateTimeOffset? ReadAt { get; set; }

    /// <summary>The head after a refresh; null when there is no newer one.</summary>
    public ulong? NextHead { get; set; }

    /// <summary>Runs before a read returns, so that a test can change something in between.</summary>
    public Func<ChannelId, Task>? BeforeAnswer { get; set; }

    public static ChainBlock Block(ulong number, TimeProvider time) =>
        new(number, new Bytes32(UInt256.FromUInt64(number + 1_000_000).ToBigEndian()), time.GetUtcNow());

    public ChannelReading Read(ChannelId id) => _contract[id];

    public IReadOnlyDictionary<ChannelId, ChannelReading> Snapshot() => new Dictionary<ChannelId, ChannelReading>(_contract);

    public ChannelReading Open(
        ChannelId id, Address sender, Address signer, PaymentGroup group, UInt256 value, UInt256 expiration, ulong nonce = 0) =>
        _contract[id] = new ChannelReading
        {
            Id = id,
            Nonce = new ChannelNonce(nonce),
            Sender = sender,
            Signer = signer,
            Recipient = group.Recipient,
            GroupId = group.Id,
            Value = value,
            Expiration = expiration,
            Block = Head!.Value,
        };

    public void Remove(ChannelId id) => _contract.TryRemove(id, out _);

    public void TopUp(ChannelId id, UInt256 cogs) => Change(id, reading => reading with { Value = reading.Value.SaturatingAdd(cogs) });

    public void Extend(ChannelId id, UInt256 expiration) => Change(id, reading => reading with { Expiration = expiration });

    /// <summary>A claim of <paramref name="cogs"/>: the nonce rises, the funds fall. Announced to the book as the follower would.</summary>
    public void Claim(ChannelId id, UInt256 cogs, bool announce = true)
    {
        Change(id, reading => reading with
        {
            Nonce = new ChannelNonce(reading.Nonce.Value.SaturatingAdd(UInt256.One)),
            Value = reading.Value.SaturatingSubtract(cogs),
        });
        if (announce)
        {
            book.Find(id)?.MarkClaimed(_contract[id].Nonce, time.GetUtcNow());
        }
    }

    /// <summary>A new head; the cursor follows it.</summary>
    public void Mine(ulong blocks = 1)
    {
        Head = Block(Head!.Value.Number + blocks, time);
        Cursor = Head;
    }

    /// <summary>Puts the contract's current state into the book, as a read would.</summary>
    public void Learn(ChannelId id) => book.Learn(_contract[id] with { Block = Head!.Value with { SeenAt = time.GetUtcNow() } });

    public async ValueTask<ChannelReadResult> ReadChannelAsync(ChannelId id, ReadPriority priority, CancellationToken cancellationToken)
    {
        _looks.Enqueue((id, priority));
        if (BeforeAnswer is { } before)
        {
            await before(id);
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (Outage is { } outage)
        {
            return outage;
        }

        return !(Lagging ?? _contract).TryGetValue(id, out ChannelReading? reading) ? ChannelReadResult.NotFound
            : book.Learn(reading with { Block = Head!.Value with { SeenAt = ReadAt ?? time.GetUtcNow() } }) ? ChannelReadResult.Found
            : ChannelReadResult.Foreign;
    }

    /// <summary>The channels to be read in the background.</summary>
    public ConcurrentQueue<ChannelId> ReadsLater { get; } = new();

    public void ReadLater(ChannelId id) => ReadsLater.Enqueue(id);

    /// <summary>Set while the gateway is idle: called instead of completing immediately.</summary>
    public Func<ValueTask>? WhileIdle { get; set; }

    public ValueTask CatchUpAsync(CancellationToken cancellationToken) => WhileIdle?.Invoke() ?? default;

    public ValueTask<bool> RefreshHeadAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _headRefreshes);
        if (Outage == ChannelReadResult.Unreachable)
        {
            return new ValueTask<bool>(false);
        }

        if (NextHead is { } number)
        {
            Head = Block(number, time);
        }

        return new ValueTask<bool>(true);
    }

    private void Change(ChannelId id, Func<ChannelReading, ChannelReading> change) => _contract[id] = change(_contract[id]);
}
