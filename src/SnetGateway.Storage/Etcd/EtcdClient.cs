using Etcdserverpb;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace SnetGateway.Storage.Etcd;

/// <summary>
/// Calls a cluster through one of its members. It stays with one member until that fails and then moves on to the next, with a pause after
/// a full round of failures. A request that may have been executed is never sent again, unless the caller allows it.
/// </summary>
internal sealed class EtcdClient : IDisposable
{
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMilliseconds(250);

    private readonly HttpClient _http;
    private readonly EtcdCredentials _credentials;
    private readonly StorageMetrics? _metrics;
    private readonly TimeProvider _time;
    private readonly EtcdMember[] _members;
    private readonly EtcdHistory _history;
    private int _current;

    /// <summary>Opens no connection: the first call does.</summary>
    public EtcdClient(EtcdOptions options, StorageMetrics? metrics, TimeProvider time, ILogger logger)
    {
        _http = EtcdConnections.CreateClient(options);
        _credentials = new EtcdCredentials(options);
        (_metrics, _time) = (metrics, time);
        _history = new EtcdHistory(logger);
        _members = [.. options.Endpoints.Select(endpoint => new EtcdMember(new Uri(endpoint), _http))];
    }

    /// <summary>Name of the member in use. It contains no secret.</summary>
    public string Endpoint => _members[Volatile.Read(ref _current)].Name;

    /// <summary>
    /// Sends one transaction, and repeats it until it succeeds, is rejected, or <paramref name="limit"/> has passed. Throws
    /// <see cref="EtcdException"/>.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="mayRepeat">The request is idempotent: it may be sent again after an unknown outcome.</param>
    /// <param name="limit">For all attempts together.</param>
    /// <param name="cancellationToken">Ends it with an <see cref="OperationCanceledException"/>.</param>
    public async Task<TxnResponse> TxnAsync(TxnRequest request, bool mayRepeat, TimeSpan limit, CancellationToken cancellationToken)
    {
        long before = _history.BeforeRequest();
        TxnResponse response = await CallAsync(
            static (member, request, options) => member.Kv.TxnAsync(request, options), request, mayRepeat, limit, cancellationToken);
        _history.Check(response.Header, before, Endpoint);
        return response;
    }

    /// <summary>Reads a range of keys. Throws as <see cref="TxnAsync"/>.</summary>
    public async Task<RangeResponse> RangeAsync(RangeRequest request, TimeSpan limit, CancellationToken cancellationToken)
    {
        long before = _history.BeforeRequest();
        RangeResponse response = await CallAsync(
            static (member, request, options) => member.Kv.RangeAsync(request, options), request, mayRepeat: true, limit,
            cancellationToken);
        _history.Check(response.Header, before, Endpoint);
        return response;
    }

    /// <summary>Reads a member's status. Throws as <see cref="TxnAsync"/>.</summary>
    public Task<StatusResponse> StatusAsync(StatusRequest request, TimeSpan limit, CancellationToken cancellationToken) =>
        CallAsync(
            static (member, request, options) => member.Maintenance.StatusAsync(request, options), request, mayRepeat: true, limit,
            cancellationToken);

    /// <summary>
    /// Opens a watch at the member in use. It lasts until <paramref name="cancellationToken"/> is cancelled. The caller handles its
    /// failures and reports them with <see cref="MoveOnFrom"/>. Throws <see cref="RpcException"/> when no token can be obtained.
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

    /// <summary>Makes the next member the one in use, unless another caller has already moved on from <paramref name="member"/>.</summary>
    public void MoveOnFrom(int member) => Interlocked.CompareExchange(ref _current, (member + 1) % _members.Length, member);

    public void Forget(Metadata refused) => _credentials.Forget(refused);

    /// <summary>
    /// The member's command line, as it publishes it over plain HTTP (`/debug/vars`); null when it does not. etcd has no gRPC call for it.
    /// </summary>
    public async Task<string?> ReadVariablesAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(limit);
        try
        {
            using HttpResponseMessage response =
                await _http.GetAsync(new Uri(_members[Volatile.Read(ref _current)].Endpoint, "/debug/vars"), late.Token);
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
        TimeSpan pause = s_firstPause;
        for (int attempt = 1, renewals = 0; ; attempt++)
        {
            int current = Volatile.Read(ref _current);
            Metadata? metadata = null;
            EtcdException failure;
            TimeSpan left = limit - _time.GetElapsedTime(start);

            // With several members, one that does not respond must not use up the whole time. A cancellation and not the gRPC client's
            // deadline: that uses the time of day, which may be set back.
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

                // Without a token the request itself was not sent.
                EtcdFailureKind kind = EtcdFailureKinds.Of(exception);
                kind = metadata is null && kind == EtcdFailureKind.Unknown ? EtcdFailureKind.Unavailable : kind;
                failure = new EtcdException(
                    $"{_members[current].Name}: {EtcdFailureKinds.Describe(exception)}",
                    kind == EtcdFailureKind.TokenRefused ? EtcdFailureKind.Refused : kind,
                    exception);
                if (kind == EtcdFailureKind.TokenRefused && metadata is not null && renewals++ < _members.Length)
                {
                    _credentials.Forget(metadata);
                    continue;
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new EtcdException(
                    $"the password file for etcd cannot be read: {exception.Message}", EtcdFailureKind.Refused, exception);
            }

            if (failure.Kind is EtcdFailureKind.Refused or EtcdFailureKind.NoSpace or EtcdFailureKind.Compacted)
            {
                throw failure;
            }

            MoveOnFrom(current);
            if (failure.Kind == EtcdFailureKind.Unknown && !mayRepeat)
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
                pause = Min(pause * 2, s_longestPause);
            }
            else if (left <= TimeSpan.Zero)
            {
                throw failure;
            }
        }
    }

    private static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;

    /// <summary>A cancellation source needs a positive time. A call without time left ends by it immediately.</summary>
    private static TimeSpan Positive(TimeSpan limit) => limit > TimeSpan.Zero ? limit : TimeSpan.FromMilliseconds(1);
}
