using System.Globalization;
using System.Net.Sockets;
using SnetGateway.Ethereum.Hashing;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Payments.Values;

namespace SnetGateway.FunctionalTests.Adversary;

/// <summary>
/// One attack under way: its payers, connections and counts. Its channels are opened by an account of its own, so that what a gateway does
/// about one attacker is not wrong for what it does about the next.
/// </summary>
/// <param name="target">What is attacked.</param>
/// <param name="random">All choices.</param>
/// <param name="isShort">Whether a small part of the attack will do.</param>
internal sealed class AttackRun(AttackTarget target, Random random, bool isShort) : IAsyncDisposable
{
    /// <summary>Blocks that an attack can wait for.</summary>
    public const ulong MostBlocks = 64;

    private const ulong TransactionsPerChannel = 8;
    private const ulong FundsToAdd = 1_000; // cogs beside a channel's value
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60); // a call that waited at a gateway which was stopped

    private readonly Dictionary<(int Gateway, int Line), Task<RawHttp2>> _connections = [];
    private readonly List<RawHttp2> _opened = [];
    private readonly List<Payer> _payers = [];
    private readonly Lock _lock = new();
    private PrivateKey? _account;
    private int _next;

    public AttackTarget Target => target;

    public Random Random => random;

    public AttackCounts Counts { get; } = new();

    public ClientHttp Http { get; } = new();

    /// <summary>The numbers of all gateways.</summary>
    public IReadOnlyList<int> Everywhere { get; } = [.. Enumerable.Range(0, target.Gateways.Count)];

    /// <summary>Of attacks that need the service.</summary>
    public ExecutionCounter Counter => new(Http, target.Service!);

    /// <summary>Of attacks that need the processes.</summary>
    public OwnGroup Group => target.Group!;

    /// <summary>Everybody who paid, honestly or not.</summary>
    public IReadOnlyList<Payer> Payers => _payers;

    /// <summary>How many times something is done: many, or few in the short form.</summary>
    public int Times(int whole, int few) => isShort ? few : whole;

    /// <summary>An account that nobody has used before. Two attackers have two.</summary>
    public PrivateKey NewAccount()
    {
        byte[] seed = new byte[32];
        random.NextBytes(seed);
        return PrivateKey.Parse(Convert.ToHexStringLower(Keccak256.Hash([.. seed, .. target.Key.Address.ToBytes()])));
    }

    /// <summary>Opens a channel to the target's group by this attack's own account, with time to live, unless said otherwise.</summary>
    public async Task<Payer> OpenAsync(
        ulong value = 10_000, ulong? blocks = null, Address? recipient = null, Bytes32? group = null, PrivateKey? sender = null)
    {
        PrivateKey account = sender ?? (_account ??= NewAccount());
        await target.Chain.DepositAsync(target.Key, value + FundsToAdd);
        await target.Chain.EndowAsync(target.Key, account.Address, value + FundsToAdd, TransactionsPerChannel);
        ulong block = await target.Chain.HeadAsync();
        ChannelId id = await target.Chain.OpenAsync(
            account, recipient ?? target.Recipient, group ?? target.GroupId, value, block + (blocks ?? (target.Threshold + 1_000_000)));
        var payer = new Payer(this, account, id);
        if (recipient is null && group is null)
        {
            _payers.Add(payer);
        }

        return payer;
    }

    /// <summary>A whole call, counted for its payment.</summary>
    public async Task<RawReply> CallAsync(
        int gateway, Payment payment, IEnumerable<(string Name, string Value)> headers, byte[]? message = null)
    {
        RawCall call = await BeginAsync(gateway, payment, headers);
        await call.SendAsync(Wire.Frame(message ?? target.Message), end: true);
        return await call.Reply.WaitAsync(s_patience);
    }

    /// <summary>A call whose request is still to be written, counted for its payment.</summary>
    public async Task<RawCall> BeginAsync(int gateway, Payment payment, IEnumerable<(string Name, string Value)> headers, bool end = false)
    {
        RawCall call;
        try
        {
            call = await (await ConnectionAsync(gateway)).OpenAsync(headers, end);
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            // The gateway is gone, or has had enough of this connection. Nothing was sent.
            call = new RawCall(null, 0);
            call.Break();
        }

        Counts.Begun(payment, call);
        return call;
    }

    /// <summary>This answer may hold neither OK nor a byte of a message.</summary>
    public void MustBeRefused(RawReply reply, string what)
    {
        bool isGrpc = reply.Find("content-type")?.StartsWith(Wire.ContentType, StringComparison.Ordinal) == true;
        if (isGrpc && (reply.Status == 0 || reply.Body.Length > 0))
        {
            Counts.Problem($"{what} was answered: {reply}");
        }
    }

    /// <summary>Where nothing stands in the way, one of all who showed this payment is served.</summary>
    public void MustBeGranted(Payment payment)
    {
        if (Counts.GrantsOf(payment) == 0)
        {
            Counts.Problem($"{payment} was granted to nobody");
        }
    }

    /// <summary>A connection of its own for an attack that may ruin it.</summary>
    public async Task<RawHttp2> ConnectAsync(int gateway, uint streamWindow = 65_535)
    {
        RawHttp2 connection = await RawHttp2.ConnectAsync(target.Gateways[gateway], streamWindow);
        lock (_lock)
        {
            _opened.Add(connection);
        }

        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        foreach (RawHttp2 connection in _opened)
        {
            await connection.DisposeAsync();
        }
    }

    /// <summary>Bytes that each gateway holds, where they are ours to look at.</summary>
    public long[] Memory() => target.Group is not { } group ? [] : [.. group.Gateways.Select(gateway => long.Parse(
        File.ReadAllText($"/proc/{gateway.Process.Pid}/statm").Split(' ')[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize)];

    /// <summary>Notes by how much the memory of each gateway grew, and finds more than the bound.</summary>
    public void MustHaveGrownLessThan(long most, long[] before)
    {
        foreach (long growth in Memory().Zip(before, (now, then) => now - then))
        {
            Counts.Notes.Add($"the memory of a gateway grew by {Math.Max(0, growth) >> 20} MiB");
            if (growth > most)
            {
                Counts.Problem($"the memory of a gateway grew by {growth >> 20} MiB");
            }
        }
    }

    /// <summary>Two connections for each gateway, opened when first used and again when they have ended.</summary>
    private Task<RawHttp2> ConnectionAsync(int gateway)
    {
        const int Lines = 2;
        lock (_lock)
        {
            (int, int) which = (gateway, _next++ / target.Gateways.Count % Lines);
            if (!_connections.TryGetValue(which, out Task<RawHttp2>? connecting)
                || connecting.IsFaulted
                || (connecting.IsCompletedSuccessfully && connecting.Result.Ended.IsCompleted))
            {
                _connections[which] = connecting = ConnectAsync(gateway);
            }

            return connecting;
        }
    }
}
