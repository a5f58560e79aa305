using System.Collections.Concurrent;
using Grpc.Core;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.FunctionalTests.Crashes;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Payments.Values;

namespace SnetGateway.FunctionalTests.Replicas;

/// <summary>
/// A consumer with one channel and several gateways to choose from, each call from another one. Honest, it pays call by call; dishonest, it
/// shows each payment to all gateways at once, several times. Either way it writes down for which payments it saw a byte or OK, and how
/// often.
/// </summary>
internal sealed class ReplicaConsumer(
    PrivateKey key, Address escrow, ChannelId channel, ulong price, ulong block, IReadOnlyList<Uri> gateways, Random random) : IDisposable
{
    private static readonly byte[] s_say = Wire.Frame([0x0A, 0x01, (byte)'x']); // example.EchoRequest: text "x"

    private readonly PaidRequests _requests = new(key, escrow, channel, block);
    private readonly ConcurrentQueue<int> _ports = new();
    private readonly ConcurrentQueue<UnansweredCall> _unanswered = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, int> _grants = [];
    private readonly Dictionary<string, int> _refusals = [];
    private ClientHttp? _client;
    private ulong _highest;

    /// <summary>A paused gateway keeps its connections: whoever waits longer goes elsewhere.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How long it thinks between two payments: how much load there is, and nothing that a test waits for. Without a pause, consumers take
    /// all of the processors that the gateways leave them.
    /// </summary>
    public TimeSpan Pause { get; init; }

    /// <summary>
    /// Time from the beginning of a payment to that of the next one, however long it took; zero pays without a pause. A consumer that is
    /// late makes up for it, so that slow calls do not lower the load.
    /// </summary>
    public TimeSpan Interval { get; set; }

    /// <summary>Gets the time of each payment since it was due, and whether it was granted.</summary>
    public Action<TimeSpan, bool> Paid { get; set; } = static (_, _) => { };

    /// <summary>The newest block: set it where blocks are mined while it pays.</summary>
    public ulong Block
    {
        get => _requests.Block;
        set => _requests.Block = value;
    }

    public ChannelId Channel => channel;

    /// <summary>Calls and state requests that got no status.</summary>
    public IReadOnlyCollection<UnansweredCall> Unanswered => _unanswered;

    /// <summary>The highest amount for which it saw a byte or OK.</summary>
    public ulong HighestGranted => Volatile.Read(ref _highest);

    /// <summary>Payments that were granted, and for how many of them more than once.</summary>
    public (int Payments, int MoreThanOnce) Grants
    {
        get
        {
            lock (_lock)
            {
                return (_grants.Count, _grants.Values.Count(times => times > 1));
            }
        }
    }

    /// <summary>Everything but OK that it was told, and how often.</summary>
    public IReadOnlyDictionary<string, int> Refusals
    {
        get
        {
            lock (_lock)
            {
                return new Dictionary<string, int>(_refusals);
            }
        }
    }

    /// <summary>Pays until it is told to stop.</summary>
    /// <param name="copies">How many times each payment is shown to each gateway at once; 0 is once to one gateway.</param>
    /// <param name="granted">Told of each payment that was granted.</param>
    /// <param name="stop">Ends it after the call that runs.</param>
    public async Task PayAsync(int copies, Action granted, CancellationToken stop)
    {
        ulong? signed = null;
        long due = TimeProvider.System.GetTimestamp();
        while (!stop.IsCancellationRequested)
        {
            Uri gateway = gateways[random.Next(gateways.Count)];
            signed ??= await AskAsync(gateway);
            if (signed is not { } known)
            {
                // Those that find no gateway would take the processors of one that starts.
                await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
                continue;
            }

            ulong amount = known + price;
            bool[] answers = copies == 0
                ? [await CallAsync(gateway, amount)]
                : await Task.WhenAll(gateways.SelectMany(each => Enumerable.Repeat(each, copies)).Select(each => CallAsync(each, amount)));
            if (answers.Contains(true))
            {
                granted();
            }

            Paid(TimeProvider.System.GetElapsedTime(due), answers.Contains(true));
            signed = answers.Contains(true) ? amount : null;
            due = await WaitUntilDueAsync(due);
        }
    }

    public void Dispose() => _client?.Dispose();

    private async ValueTask<long> WaitUntilDueAsync(long last)
    {
        TimeSpan pause = Interval > TimeSpan.Zero ? Interval - TimeProvider.System.GetElapsedTime(last) : Pause;
        if (pause > TimeSpan.Zero)
        {
            await Task.Delay(pause, TimeProvider.System, CancellationToken.None);
        }

        // A timer is up to some milliseconds late, which is no fault of the gateway.
        return pause > TimeSpan.Zero || Interval == TimeSpan.Zero
            ? TimeProvider.System.GetTimestamp()
            : last + (long)(Interval.TotalSeconds * TimeProvider.System.TimestampFrequency);
    }

    private ClientHttp Http => _client ??= new ClientHttp(_ports.Enqueue);

    private async Task<ulong?> AskAsync(Uri gateway)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            return await _requests.AskSignedAsync(Http, gateway, patience.Token);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException or OperationCanceledException or RpcException
            or TimeoutException)
        {
            if (exception is RpcException { StatusCode: not StatusCode.Unavailable } status)
            {
                Tell($"state: {status.Status.Detail}");
            }
            else
            {
                TellUnanswered("state request", exception);
            }

            return null;
        }
    }

    /// <summary>Whether it saw a byte of an answer, or OK.</summary>
    private async Task<bool> CallAsync(Uri gateway, ulong amount)
    {
        using var patience = new CancellationTokenSource(Patience);
        bool hasByte = false;
        try
        {
            using HttpResponseMessage answer = await Http.SendAsync(_requests.Call(gateway, "Say", s_say, amount), patience.Token);
            await using Stream body = await answer.Content.ReadAsStreamAsync(patience.Token);
            byte[] buffer = new byte[1024];
            while (await body.ReadAsync(buffer, patience.Token) > 0)
            {
                if (!hasByte)
                {
                    hasByte = true;
                    Grant(amount);
                }
            }

            (string? status, string text) = PaidRequests.StatusOf(answer);
            if (status == "0" && !hasByte)
            {
                hasByte = true;
                Grant(amount);
            }

            if (status != "0")
            {
                Tell($"{status}: {text}");
            }
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException or OperationCanceledException)
        {
            TellUnanswered(hasByte ? "call after its first byte" : "call", exception);
        }

        return hasByte;
    }

    /// <summary>With its cause: a timeout, a reset and a connection that was closed too early are different faults.</summary>
    private void TellUnanswered(string what, Exception exception)
    {
        string cause = $"{exception.GetType().Name}: {exception.GetBaseException().Message}";
        _unanswered.Enqueue(new UnansweredCall(
            TimeProvider.System.GetUtcNow(), $"{what}: {cause}", [.. _ports.Reverse().Take(3)]));
        Tell($"no answer: {what}: {cause}");
    }

    private void Grant(ulong amount)
    {
        lock (_lock)
        {
            _grants[amount] = _grants.GetValueOrDefault(amount) + 1;
            Volatile.Write(ref _highest, Math.Max(_highest, amount));
        }
    }

    private void Tell(string refusal)
    {
        // Amounts and ids in texts would make each of them one of its kind.
        string kind = System.Text.RegularExpressions.Regex.Replace(refusal, "[0-9]{2,}", "#");
        lock (_lock)
        {
            _refusals[kind] = _refusals.GetValueOrDefault(kind) + 1;
        }
    }
}

/// <summary>A call that got no status.</summary>
/// <param name="Time">When it failed.</param>
/// <param name="Cause">What the client saw.</param>
/// <param name="Ports">Local ports of the consumer's last three connections, the newest first; the call was on one of them.</param>
internal sealed record UnansweredCall(DateTimeOffset Time, string Cause, IReadOnlyList<int> Ports);
