using Microsoft.Extensions.Logging;

namespace SnetGateway.Ethereum.JsonRpc;

/// <summary>
/// Asks the first endpoint that works, in the order of the configuration. One question, or several that belong together, are asked of one
/// endpoint, because two nodes need not agree on the newest block. Only for questions: a repeated transaction would be another matter.
/// </summary>
internal sealed class EthereumClient : IDisposable
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(100);

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

    /// <summary>Runs <paramref name="questions"/> against one endpoint, and again from the start against the next if it fails.</summary>
    /// <exception cref="EndpointException">No endpoint gave a usable answer; the fault is that of the last one asked.</exception>
    /// <exception cref="JsonRpcErrorException">The last one asked refused the question.</exception>
    public async ValueTask<T> AskAsync<T>(
        Func<JsonRpcEndpoint, CancellationToken, ValueTask<T>> questions, CancellationToken cancellationToken)
    {
        Exception? last = null;
        foreach (EndpointState state in _endpoints)
        {
            if (!state.MayBeAsked)
            {
                continue;
            }

            try
            {
                return await AskOneAsync(state, questions, cancellationToken);
            }
            catch (EndpointException exception)
            {
                state.SetAside(exception);
                last = exception;
            }
            catch (JsonRpcErrorException exception)
            {
                // It works and would not answer this: a node that lags does not know the block yet.
                if (exception.IsRateLimit)
                {
                    state.SetAside(exception);
                }

                last = exception;
            }
            catch (InvalidOperationException exception) when (exception is not ObjectDisposedException)
            {
                // What System.Text.Json throws where a text holds half a character.
                last = new EndpointException(EndpointFault.Malformed, $"an answer that cannot be read: {exception.Message}", exception);
                state.SetAside(last);
            }
        }

        throw last ?? new EndpointException(EndpointFault.Unreachable, "all endpoints are set aside");
    }

    /// <summary>Another endpoint turned out to know more than this one.</summary>
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

    /// <summary>The connections to nodes.</summary>
    internal static SocketsHttpHandler CreateHandler(TimeSpan connectTimeout) => new()
    {
        // A redirect would send keys to wherever it points.
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = System.Net.DecompressionMethods.GZip,
        ConnectTimeout = connectTimeout,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5), // so that a moved DNS name is noticed
    };

    private async ValueTask<T> AskOneAsync<T>(
        EndpointState state, Func<JsonRpcEndpoint, CancellationToken, ValueTask<T>> questions, CancellationToken cancellationToken)
    {
        try
        {
            return await AskOnceAsync(state, questions, cancellationToken);
        }
        catch (Exception exception)
            when (exception is EndpointException { Fault: EndpointFault.Unreachable } or JsonRpcErrorException { IsRateLimit: false })
        {
            // A kept connection that the other side closed, or one of several nodes behind one URL that is a moment behind.
            await Task.Delay(_jitter.Around(RetryPause), _time, cancellationToken);
            return await AskOnceAsync(state, questions, cancellationToken);
        }
    }

    private static async ValueTask<T> AskOnceAsync<T>(
        EndpointState state, Func<JsonRpcEndpoint, CancellationToken, ValueTask<T>> questions, CancellationToken cancellationToken)
    {
        await state.CheckAsync(cancellationToken);
        T answer = await questions(state.Endpoint, cancellationToken);
        state.Worked();
        return answer;
    }
}
