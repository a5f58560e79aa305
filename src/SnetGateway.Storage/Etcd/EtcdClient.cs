using Etcdserverpb;
using Grpc.Core;

namespace SnetGateway.Storage.Etcd;

/// <summary>
/// Calls a cluster through whichever member answers. It stays with one member until that fails; then the next has its turn, after a pause when
/// all had theirs. What may have been done is never sent again unless the caller says that twice is as good as once.
/// </summary>
internal sealed class EtcdClient : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);

    private readonly HttpClient _http;
    private readonly EtcdCredentials _credentials;
    private readonly StorageMetrics? _metrics;
    private readonly TimeProvider _time;
    private readonly EtcdMember[] _members;
    private int _current;

    /// <summary>Opens no connection yet.</summary>
    public EtcdClient(EtcdOptions options, StorageMetrics? metrics, TimeProvider time)
    {
        _http = EtcdConnections.CreateClient(options);
        _credentials = new EtcdCredentials(options);
        (_metrics, _time) = (metrics, time);
        _members = [.. options.Endpoints.Select(endpoint => new EtcdMember(new Uri(endpoint), _http))];
    }

    /// <summary>The member in use, without anything secret.</summary>
    public string Endpoint => _members[Volatile.Read(ref _current)].Name;

    /// <summary>
    /// One transaction, tried until it succeeds, is refused for good, or <paramref name="limit"/> is over. Throws <see cref="EtcdException"/>.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="mayRepeat">Doing it twice is as good as once: a missing answer is no reason to give up.</param>
    /// <param name="limit">For all attempts together.</param>
    /// <param name="cancellationToken">Ends it with an <see cref="OperationCanceledException"/>.</param>
    public Task<TxnResponse> TxnAsync(TxnRequest request, bool mayRepeat, TimeSpan limit, CancellationToken cancellationToken) =>
        CallAsync(static (member, request, options) => member.Kv.TxnAsync(request, options), request, mayRepeat, limit, cancellationToken);

    /// <summary>Reads a range of keys. Ends as <see cref="TxnAsync"/>.</summary>
    public Task<RangeResponse> RangeAsync(RangeRequest request, TimeSpan limit, CancellationToken cancellationToken) =>
        CallAsync(static (member, request, options) => member.Kv.RangeAsync(request, options), request, mayRepeat: true, limit, cancellationToken);

    /// <summary>Reads what a member reports of itself. Ends as <see cref="TxnAsync"/>.</summary>
    public Task<StatusResponse> StatusAsync(StatusRequest request, TimeSpan limit, CancellationToken cancellationToken) =>
        CallAsync(static (member, request, options) => member.Maintenance.StatusAsync(request, options), request, mayRepeat: true, limit, cancellationToken);

    /// <summary>
    /// Opens a watch at the member in use, which lasts until <paramref name="cancellationToken"/> ends it. Its failures are for the caller, who
    /// reports them by <see cref="Leave"/>; it throws <see cref="RpcException"/> when no token is to be had.
    /// </summary>
    public async Task<(AsyncDuplexStreamingCall<WatchRequest, WatchResponse> Call, int Member, Metadata Metadata)> WatchAsync(
        TimeSpan limit, CancellationToken cancellationToken)
    {
        int current = Volatile.Read(ref _current);
        using var late = new CancellationTokenSource(limit, _time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        Metadata metadata = await _credentials.GetAsync(_members[current].Auth, ended.Token);
        return (_members[current].Watch.Watch(new CallOptions(metadata, cancellationToken: cancellationToken)), current, metadata);
    }

    /// <summary>The next member has its turn, if <paramref name="member"/> still had it.</summary>
    public void Leave(int member) => Interlocked.CompareExchange(ref _current, (member + 1) % _members.Length, member);

    public void Forget(Metadata refused) => _credentials.Forget(refused);

    /// <summary>
    /// What the member in use reports over plain HTTP of the arguments that it was started with; null when it does not. etcd has no call for it.
    /// </summary>
    public async Task<string?> ReadVariablesAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(limit);
        try
        {
            using HttpResponseMessage response = await _http.GetAsync(new Uri(_members[Volatile.Read(ref _current)].Endpoint, "/debug/vars"), late.Token);
            return response.IsSuccessStatusCode ? await response.Content.ReadAsStringAsync(late.Token) : null;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _credentials.Dispose();
    }

    private async Task<TResponse> CallAsync<TRequest, TResponse>(
        Func<EtcdMember, TRequest, CallOptions, AsyncUnaryCall<TResponse>> call,
        TRequest request,
        bool mayRepeat,
        TimeSpan limit,
        CancellationToken cancellationToken)
    {
        long start = _time.GetTimestamp();
        TimeSpan pause = FirstPause;
        for (int attempt = 1, renewals = 0; ; attempt++)
        {
            int current = Volatile.Read(ref _current);
            Metadata? metadata = null;
            EtcdException failure;
            TimeSpan left = limit - _time.GetElapsedTime(start);

            // With others to ask, one that does not answer does not get all the time there is. Not a deadline of the gRPC client's: it uses the
            // time of day, which may be set back.
            using var late = new CancellationTokenSource(Positive(_members.Length > 1 ? Min(left, limit / 2) : left), _time);
            using CancellationTokenSource? linked = cancellationToken.CanBeCanceled
                ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token)
                : null;
            CancellationToken ended = (linked ?? late).Token;
            try
            {
                metadata = await _credentials.GetAsync(_members[current].Auth, ended);
                _metrics?.StoreRoundTrip();
                return await call(_members[current], request, new CallOptions(metadata, cancellationToken: ended));
            }
            catch (Exception exception) when (exception is RpcException or OperationCanceledException)
            {
                cancellationToken.ThrowIfCancellationRequested();

                // Before there was a token, the call itself was not made.
                EtcdFailureKind verdict = EtcdFailureKinds.Of(exception);
                verdict = metadata is null && verdict == EtcdFailureKind.Unknown ? EtcdFailureKind.NotDoneForNow : verdict;
                failure = new EtcdException(
                    $"{_members[current].Name}: {EtcdFailureKinds.Describe(exception)}",
                    verdict == EtcdFailureKind.TokenRefused ? EtcdFailureKind.Refused : verdict,
                    exception);
                if (verdict == EtcdFailureKind.TokenRefused && metadata is not null && renewals++ < _members.Length)
                {
                    _credentials.Forget(metadata);
                    continue;
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new EtcdException($"the password for etcd cannot be read: {exception.Message}", EtcdFailureKind.Refused, exception);
            }

            if (failure.Verdict is EtcdFailureKind.Refused or EtcdFailureKind.Compacted)
            {
                throw failure;
            }

            Leave(current);
            if (failure.Verdict == EtcdFailureKind.Unknown && !mayRepeat)
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

    private static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;

    /// <summary>A call without time still begins, and ends by its deadline.</summary>
    private static TimeSpan Positive(TimeSpan limit) => limit > TimeSpan.Zero ? limit : TimeSpan.FromMilliseconds(1);
}
