using SnetGateway.Grpc.Client;
using SnetGateway.GrpcWire.Headers;
using SnetGateway.GrpcWire.Statuses;

namespace SnetGateway.Storage.Etcd;

/// <summary>
/// Calls a cluster through whichever member answers. It stays with one member until that fails; then the next has its turn, after a pause when
/// all had theirs. What may have been done is never sent again unless the caller says that twice is as good as once.
/// </summary>
internal sealed class EtcdClient : IDisposable
{
    private const int MaxMessage = 64 * 1024 * 1024;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);

    private readonly SocketsHttpHandler _handler;
    private readonly HttpMessageInvoker _invoker;
    private readonly EtcdCredentials _credentials;
    private readonly StorageMetrics? _metrics;
    private readonly TimeProvider _time;
    private readonly Uri[] _endpoints;
    private readonly GrpcClient[] _members;
    private int _current;

    /// <summary>Opens no connection yet.</summary>
    public EtcdClient(EtcdOptions options, StorageMetrics? metrics, TimeProvider time)
    {
        _handler = EtcdConnections.CreateHandler(options);
        _invoker = new HttpMessageInvoker(_handler);
        _credentials = new EtcdCredentials(options);
        (_metrics, _time) = (metrics, time);
        _endpoints = [.. options.Endpoints.Select(endpoint => new Uri(endpoint))];
        var limits = new GrpcClientOptions { MaxResponseBytes = MaxMessage, Time = time };
        _members = [.. _endpoints.Select(endpoint => new GrpcClient(_invoker, endpoint, limits))];
    }

    /// <summary>The member in use, without anything secret.</summary>
    public string Endpoint => Name(Volatile.Read(ref _current));

    /// <summary>
    /// One call, tried until it succeeds, is refused for good, or <paramref name="limit"/> is over. Throws <see cref="EtcdException"/>.
    /// </summary>
    /// <param name="method">The method.</param>
    /// <param name="request">The request.</param>
    /// <param name="mayRepeat">Doing it twice is as good as once: a missing answer is no reason to give up.</param>
    /// <param name="limit">For all attempts together.</param>
    /// <param name="cancellationToken">Ends it with an <see cref="OperationCanceledException"/>.</param>
    public async Task<TResponse> CallAsync<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, TRequest request, bool mayRepeat, TimeSpan limit, CancellationToken cancellationToken)
    {
        long start = _time.GetTimestamp();
        TimeSpan pause = FirstPause;
        for (int attempt = 1, renewals = 0; ; attempt++)
        {
            int current = Volatile.Read(ref _current);
            GrpcMetadata? metadata = null;
            EtcdException failure;
            TimeSpan left = limit - _time.GetElapsedTime(start);
            try
            {
                // With others to ask, one that does not answer does not get all the time there is.
                var options = new GrpcCallOptions { Timeout = Positive(_members.Length > 1 ? Min(left, limit / 2) : left) };
                metadata = await _credentials.GetAsync(_members[current], options.Timeout.Value, cancellationToken);
                _metrics?.StoreRoundTrip();
                return (await _members[current].UnaryAsync(method, request, options with { Metadata = metadata }, cancellationToken)).Message;
            }
            catch (GrpcStatusException exception)
            {
                // Before there was a token, the call itself was not made.
                EtcdVerdict verdict = EtcdVerdicts.Of(exception);
                verdict = metadata is null && verdict == EtcdVerdict.Unknown ? EtcdVerdict.NotDoneForNow : verdict;
                failure = new EtcdException(
                    $"{Name(current)}: {EtcdVerdicts.Describe(exception)}",
                    verdict == EtcdVerdict.TokenRefused ? EtcdVerdict.Refused : verdict,
                    exception);
                if (verdict == EtcdVerdict.TokenRefused && metadata is not null && renewals++ < _members.Length)
                {
                    _credentials.Forget(metadata);
                    continue;
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new EtcdException($"the password for etcd cannot be read: {exception.Message}", EtcdVerdict.Refused, exception);
            }

            if (failure.Verdict is EtcdVerdict.Refused or EtcdVerdict.Compacted)
            {
                throw failure;
            }

            Leave(current);
            if (failure.Verdict == EtcdVerdict.Unknown && !mayRepeat)
            {
                throw failure;
            }

            left = limit - _time.GetElapsedTime(start);
            if (attempt % _members.Length == 0)
            {
                if (left <= pause)
                {
                    throw failure;
                }

                await Task.Delay(pause, _time, cancellationToken);
                pause = Min(pause * 2, LongestPause);
            }
            else if (left <= TimeSpan.Zero)
            {
                throw failure;
            }
        }
    }

    /// <summary>
    /// Opens a stream to the member in use. Its failures are for the caller, who says so by <see cref="Leave"/>; it throws
    /// <see cref="GrpcStatusException"/> when no token is to be had.
    /// </summary>
    public async Task<(GrpcClientCall<TRequest, TResponse> Call, int Member, GrpcMetadata Metadata)> StreamAsync<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, TimeSpan limit, CancellationToken cancellationToken)
    {
        int current = Volatile.Read(ref _current);
        GrpcMetadata metadata = await _credentials.GetAsync(_members[current], limit, cancellationToken);
        return (_members[current].Start(method, new GrpcCallOptions { Metadata = metadata }, cancellationToken), current, metadata);
    }

    /// <summary>The next member has its turn, if <paramref name="member"/> still had it.</summary>
    public void Leave(int member) => Interlocked.CompareExchange(ref _current, (member + 1) % _members.Length, member);

    public void Forget(GrpcMetadata refused) => _credentials.Forget(refused);

    /// <summary>
    /// What the member in use tells over plain HTTP of the arguments that it was started with; null when it does not tell. etcd has no call for it.
    /// </summary>
    public async Task<string?> ReadVariablesAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(limit);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_endpoints[Volatile.Read(ref _current)], "/debug/vars"));
            using HttpResponseMessage response = await _invoker.SendAsync(request, late.Token);
            return response.IsSuccessStatusCode ? await response.Content.ReadAsStringAsync(late.Token) : null;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        _invoker.Dispose();
        _credentials.Dispose();
    }

    private static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;

    /// <summary>A call without time still begins, and ends by its deadline.</summary>
    private static TimeSpan Positive(TimeSpan limit) => limit > TimeSpan.Zero ? limit : TimeSpan.FromMilliseconds(1);

    private string Name(int member) => $"{_endpoints[member].Host}:{_endpoints[member].Port}";
}
