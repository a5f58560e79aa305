using Microsoft.Extensions.Logging;

namespace SnetGateway.Ethereum.JsonRpc;

/// <summary>
/// Queries the first endpoint that works, in the order of the configuration. Requests that belong together go to one endpoint, because two
/// nodes need not agree on the newest block. For reads only: it repeats requests, and a transaction must not be sent twice.
/// </summary>
internal sealed class EthereumClient : IDisposable
{
    private static readonly TimeSpan s_retryPause = TimeSpan.FromMilliseconds(100);

    private readonly EndpointState[] _endpoints;
    private readonly HttpMessageInvoker _http;
    private readonly TimeProvider _time;
    private readonly Jitter _jitter;

    public EthereumClient(
        ChainOptions options, HttpMessageHandler? handler, TimeProvider time, Jitter jitter, ChainMetrics metrics, ILogger logger)
    {
        _time = time;
        _jitter = jitter;
        _http = new HttpMessageInvoker(handler ?? CreateHandler(options.RequestTimeout), disposeHandler: handler is null);
        _endpoints =
        [
            .. options.Endpoints.Select((address, index) => new EndpointState(
                new JsonRpcEndpoint(new Uri(address), index, _http, options.RequestTimeout, time, metrics),
                options.ChainId,
                options.Escrow,
                time,
                jitter,
                logger)),
        ];
    }

    public IReadOnlyList<EndpointStatus> Endpoints => [.. _endpoints.Select(endpoint => endpoint.Status)];

    /// <summary>Runs a query against one endpoint. If it fails, runs it from the start against the next.</summary>
    /// <exception cref="EndpointException">No endpoint gave a usable response; the fault is that of the last one.</exception>
    /// <exception cref="JsonRpcErrorException">The last one returned an error.</exception>
    public async ValueTask<T> QueryAsync<T>(
        Func<JsonRpcEndpoint, CancellationToken, ValueTask<T>> query, CancellationToken cancellationToken)
    {
        Exception? last = null;
        foreach (EndpointState state in _endpoints)
        {
            if (!state.IsAvailable)
            {
                continue;
            }

            try
            {
                return await QueryEndpointAsync(state, query, cancellationToken);
            }
            catch (EndpointException exception)
            {
                state.SetAside(exception);
                last = exception;
            }
            catch (JsonRpcErrorException exception)
            {
                // The endpoint works but rejected this query, for example because it lags and does not have the block yet.
                if (exception.IsRateLimit)
                {
                    state.SetAside(exception);
                }

                last = exception;
            }
            catch (InvalidOperationException exception) when (exception is not ObjectDisposedException)
            {
                // System.Text.Json throws this for a string with an invalid surrogate pair.
                last = new EndpointException(EndpointFault.Malformed, $"the response cannot be read: {exception.Message}", exception);
                state.SetAside(last);
            }
        }

        throw last ?? new EndpointException(EndpointFault.Unreachable, "all endpoints are set aside");
    }

    /// <summary>As <see cref="QueryAsync"/>, for a query without a result.</summary>
    public async ValueTask RunAsync(Func<JsonRpcEndpoint, CancellationToken, ValueTask> query, CancellationToken cancellationToken) =>
        await QueryAsync(
            async (endpoint, token) =>
            {
                await query(endpoint, token);
                return true;
            },
            cancellationToken);

    /// <summary>Sets an endpoint aside because another one has newer blocks.</summary>
    public void SetAside(JsonRpcEndpoint endpoint, string reason) =>
        _endpoints.First(state => state.Endpoint == endpoint).SetAside(new EndpointException(EndpointFault.Behind, reason));

    public void Dispose()
    {
        foreach (EndpointState endpoint in _endpoints)
        {
            endpoint.Dispose();
        }

        _http.Dispose();
    }

    /// <summary>The HTTP handler for connections to nodes.</summary>
    internal static SocketsHttpHandler CreateHandler(TimeSpan connectTimeout) => new()
    {
        // A redirect would send keys to another host.
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = System.Net.DecompressionMethods.GZip,
        ConnectTimeout = connectTimeout,
        ActivityHeadersPropagator = null, // traces hold the URLs of requests, and those of nodes contain keys
        PooledConnectionLifetime = TimeSpan.FromMinutes(5), // so that a moved DNS name is noticed
    };

    private async ValueTask<T> QueryEndpointAsync<T>(
        EndpointState state, Func<JsonRpcEndpoint, CancellationToken, ValueTask<T>> query, CancellationToken cancellationToken)
    {
        try
        {
            return await QueryOnceAsync(state, query, cancellationToken);
        }
        catch (Exception exception)
            when (exception is EndpointException { Fault: EndpointFault.Unreachable } or JsonRpcErrorException { IsRateLimit: false })
        {
            // A pooled connection that the server has closed, or one of several nodes behind one URL that lags for a moment.
            await Task.Delay(_jitter.Around(s_retryPause), _time, cancellationToken);
            return await QueryOnceAsync(state, query, cancellationToken);
        }
    }

    private static async ValueTask<T> QueryOnceAsync<T>(
        EndpointState state, Func<JsonRpcEndpoint, CancellationToken, ValueTask<T>> query, CancellationToken cancellationToken)
    {
        await state.CheckAsync(cancellationToken);
        T result = await query(state.Endpoint, cancellationToken);
        state.NoteSuccess();
        return result;
    }
}
