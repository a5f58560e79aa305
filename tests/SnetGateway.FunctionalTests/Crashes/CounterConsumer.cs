using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Grpc.Core;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Payments.Records;

namespace SnetGateway.FunctionalTests.Crashes;

/// <summary>
/// A consumer that makes concurrent calls which a counter of the ledger pays: a prepaid plan, or a quota of free calls. It counts the calls
/// for which it saw a byte of a response, or OK.
/// </summary>
/// <param name="gateways">Where it calls, each time at another one.</param>
/// <param name="random">Its choices.</param>
internal abstract class CounterConsumer(IReadOnlyList<Uri> gateways, Random random) : IDisposable
{
    /// <summary>Calls that run concurrently.</summary>
    public const int Parallel = 4;

    private static readonly byte[] s_say = Wire.Frame([0x0A, 0x01, (byte)'x']); // example.EchoRequest: text "x"
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3); // then it calls another gateway
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20); // while a gateway is away

    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _refusals = [];
    private int _granted;
    private int _unanswered;

    /// <summary>Calls for which it saw a byte or OK.</summary>
    public int Granted => Volatile.Read(ref _granted);

    /// <summary>Calls whose outcome it does not know.</summary>
    public int Unanswered => Volatile.Read(ref _unanswered);

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

    /// <summary>Calls that the ledger says were paid.</summary>
    public abstract Task<int> CountAsync(IRecordStore ledger);

    public void Dispose()
    {
        Http.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Gets what the next calls pay with. False when that is refused for now.</summary>
    protected abstract Task<bool> PrepareAsync(Uri gateway, CancellationToken cancellationToken);

    /// <summary>The metadata that pays.</summary>
    protected abstract (string Name, string Value)[] Payment();

    /// <summary>Whether the refusal says that what was prepared is used up.</summary>
    protected abstract bool IsUsedUp(string refusal);

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
        while (lasts && !stop.IsCancellationRequested)
        {
            bool hasByte = false;
            bool isAnswered = await TryAsync(
                async (gateway, patience) =>
                {
                    using HttpResponseMessage answer = await Http.SendAsync(Call(gateway), patience);
                    await using Stream body = await answer.Content.ReadAsStreamAsync(patience);
                    byte[] buffer = new byte[1024];
                    while (await body.ReadAsync(buffer, patience) > 0)
                    {
                        hasByte = true;
                    }

                    (string? status, string text) = PaidRequests.StatusOf(answer);
                    hasByte |= status == "0";
                    lasts = status == "0" || !IsUsedUp(text);
                    if (status != "0" && lasts)
                    {
                        Tell($"{status}: {text}");
                    }

                    return true;
                },
                stop);
            if (hasByte)
            {
                Interlocked.Increment(ref _granted);
                granted();
            }
            else if (!isAnswered)
            {
                Interlocked.Increment(ref _unanswered);
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

    private HttpRequestMessage Call(Uri gateway)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(gateway, "/example.Echo/Say"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(s_say) { Headers = { ContentType = new MediaTypeHeaderValue(Wire.ContentType) } },
        };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        foreach ((string name, string value) in Payment())
        {
            request.Headers.Add(name, value);
        }

        return request;
    }
}
