using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Grpc.Core;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Payments.Records;

namespace SnetGateway.FunctionalTests.Crashes;

/// <summary>
/// A consumer that makes concurrent calls which the ledger only counts: by a prepaid plan, by a quota of free calls, by the sum of its
/// vouchers or of its metered prices. It counts the calls for which it saw a byte of a response, or OK.
/// </summary>
/// <param name="gateways">Where it calls, each time at another one.</param>
/// <param name="random">Its choices.</param>
internal abstract class CounterConsumer(IReadOnlyList<Uri> gateways, Random random) : IDisposable
{
    private static readonly byte[] s_say = Wire.Frame([0x0A, 0x01, (byte)'x']); // example.EchoRequest: text "x"
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3); // then it calls another gateway
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20); // while a gateway is away

    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _refusals = [];
    private int _granted;
    private int _least;
    private int _most;

    /// <summary>Calls for which it saw a byte or OK.</summary>
    public int Granted => Volatile.Read(ref _granted);

    /// <summary>The least that it was charged, in the unit of <see cref="CountAsync"/>: for the responses that it saw.</summary>
    public int Least => Volatile.Read(ref _least);

    /// <summary>The most that it may have been charged: calls whose end it did not see may have been paid.</summary>
    public int Most => Volatile.Read(ref _most);

    /// <summary>Every status but OK that it got, and how often.</summary>
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

    protected ClientHttp Http { get; } = new();

    /// <summary>Calls that run concurrently, once they are prepared.</summary>
    protected virtual int Parallel => 4;

    /// <summary>The service's host; null for the one without hosts.</summary>
    protected virtual string? Host => null;

    /// <summary>What a call is charged of which it saw the first byte and not the end.</summary>
    protected virtual (int Least, int Most) Unended => (1, 1);

    /// <summary>Pays until it is told to stop.</summary>
    /// <param name="lives">Tells when a gateway that went away is back; null where there are others.</param>
    /// <param name="granted">Told of each grant.</param>
    /// <param name="stop">Ends it after the calls that run.</param>
    public async Task PayAsync(GatewayLives? lives, Action granted, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            int life = lives?.Current ?? 0;
            if (!await TryAsync(PrepareAsync, stop)
                || (await Task.WhenAll(Enumerable.Range(0, Parallel).Select(_ => CallWhileItLastsAsync(granted, stop)))).Contains(false))
            {
                await (lives?.AfterAsync(life, stop) ?? Task.Delay(s_pause, TimeProvider.System, CancellationToken.None));
            }
        }
    }

    /// <summary>Calls that the ledger says were paid, or what they were charged.</summary>
    public abstract Task<int> CountAsync(IRecordStore ledger);

    public void Dispose()
    {
        Http.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Gets what the next calls pay with. False when that is refused for now.</summary>
    protected abstract Task<bool> PrepareAsync(Uri gateway, CancellationToken cancellationToken);

    /// <summary>The metadata that pays for the next call; null when what was prepared is used up.</summary>
    protected abstract (string Name, string Value)[]? Payment();

    /// <summary>The path and the framed message of the next call.</summary>
    protected virtual (string Path, byte[] Message) Request() => ("/example.Echo/Say", s_say);

    /// <summary>Whether the refusal was to be expected, and says that what was prepared is used up.</summary>
    protected virtual bool IsUsedUp(string refusal) => false;

    /// <summary>What a call was charged that ended OK.</summary>
    protected virtual int ChargedFor(HttpResponseMessage answer) => 1;

    protected void Tell(string refusal)
    {
        string kind = Regex.Replace(refusal, "[0-9]{2,}", "#");
        lock (_lock)
        {
            _refusals[kind] = _refusals.GetValueOrDefault(kind) + 1;
        }
    }

    /// <summary>Calls until what was prepared is used up. False when a gateway did not respond.</summary>
    private async Task<bool> CallWhileItLastsAsync(Action granted, CancellationToken stop)
    {
        bool lasts = true;
        while (lasts && !stop.IsCancellationRequested && Payment() is { } payment)
        {
            bool hasByte = false;
            (int Least, int Most)? charged = null;
            (string path, byte[] message) = Request();
            bool isAnswered = await TryAsync(
                async (gateway, patience) =>
                {
                    using HttpResponseMessage answer = await Http.SendAsync(Call(gateway, path, message, payment), patience);
                    await using Stream body = await answer.Content.ReadAsStreamAsync(patience);
                    byte[] buffer = new byte[1024];
                    while (await body.ReadAsync(buffer, patience) > 0)
                    {
                        hasByte = true;
                    }

                    (string? status, string text) = PaidRequests.StatusOf(answer);
                    if (status == "0")
                    {
                        hasByte = true;
                        int price = ChargedFor(answer);
                        charged = (price, price);
                        return true;
                    }

                    lasts = !IsUsedUp(text);
                    charged = hasByte ? null : (0, lasts && status == "13" ? Unended.Most : 0); // 13: it may be recorded
                    if (lasts)
                    {
                        Tell($"{status}: {text}");
                        lasts = Parallel > 1; // otherwise the next total follows from whether this one was charged
                    }

                    return true;
                },
                stop);
            (int least, int most) = charged ?? (hasByte ? Unended : (0, Unended.Most));
            Interlocked.Add(ref _most, most);
            Interlocked.Add(ref _least, least);
            if (hasByte)
            {
                Interlocked.Increment(ref _granted);
                granted();
            }
            else if (!isAnswered)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>False when the gateway does not respond, or the work itself says so.</summary>
    private async Task<bool> TryAsync(Func<Uri, CancellationToken, Task<bool>> work, CancellationToken stop)
    {
        Uri gateway;
        lock (_lock)
        {
            gateway = gateways[random.Next(gateways.Count)];
        }

        using var patience = new CancellationTokenSource(s_patience);
        try
        {
            return await work(gateway, patience.Token);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException
            or RpcException { StatusCode: StatusCode.Unavailable or StatusCode.Internal or StatusCode.Cancelled }
            || (exception as RpcException)?.Status.Detail.EndsWith("please try again later", StringComparison.Ordinal) == true)
        {
            return stop.IsCancellationRequested;
        }
    }

    private HttpRequestMessage Call(Uri gateway, string path, byte[] message, (string Name, string Value)[] payment)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(gateway, path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(message) { Headers = { ContentType = new MediaTypeHeaderValue(Wire.ContentType) } },
        };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        request.Headers.Host = Host;
        foreach ((string name, string value) in payment)
        {
            request.Headers.Add(name, value);
        }

        return request;
    }
}
