using System.Security.Authentication;
using Microsoft.Extensions.Options;
using SnetGateway.Gateway.Backends.Http;
using SnetGateway.Gateway.Backends.JsonRpc;
using SnetGateway.Gateway.Backends.Processes;
using SnetGateway.Gateway.Backends.Translation;
using SnetGateway.GrpcWire.Headers;
using SnetGateway.Payments;
using Yarp.ReverseProxy.Forwarder;

namespace SnetGateway.Gateway.Backends;

/// <summary>
/// Creates the handler of a cluster's calls. For YARP every kind of service is a destination behind an HTTP client, so load balancing,
/// health, timeouts and metrics work for all of them. A new kind begins here, with its name in <see cref="BackendKind"/>.
/// </summary>
internal sealed class BackendHandlerFactory(
    IOptionsMonitor<BackendOptions> options, IOptionsMonitor<ProcessOptions> programs, TranslatorServices translators, ProgramSlots slots,
    ILoggerFactory loggers)
    : ForwarderHttpClientFactory(loggers.CreateLogger<ForwarderHttpClientFactory>())
{
    /// <summary>
    /// Cluster metadata: the interval of HTTP/2 pings to a service with running calls, such as `00:05:00`. Unset: no pings.
    /// </summary>
    public const string PingKey = "KeepAlivePing";

    private static readonly TimeSpan s_pingTimeout = TimeSpan.FromSeconds(20);

    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);
        BackendOptions backend = options.CurrentValue;
        handler.ActivityHeadersPropagator = null; // a header `traceparent` passes as it is, or with the span of BackendTrace
        handler.ConnectTimeout = backend.ConnectTimeout;
        handler.ConnectCallback = new ServiceSocket(backend.SilenceLimit).ConnectAsync;
        handler.RequestHeaderEncodingSelector ??= HeaderEncoding.OfClient;
        handler.ResponseHeaderEncodingSelector ??= HeaderEncoding.OfClient;
        new BackendTls(context.ClusterId, translators.Clusters).Apply(handler.SslOptions);
        if (handler.SslOptions.EnabledSslProtocols == SslProtocols.None)
        {
            handler.SslOptions.EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
        }

        handler.InitialHttp2StreamWindowSize = 1024 * 1024;
        if (context.NewMetadata?.GetValueOrDefault(PingKey) is { } ping
            && TimeSpan.TryParse(ping, System.Globalization.CultureInfo.InvariantCulture, out TimeSpan delay))
        {
            handler.KeepAlivePingDelay = delay;
            handler.KeepAlivePingTimeout = backend.SilenceLimit < s_pingTimeout ? backend.SilenceLimit : s_pingTimeout;
            handler.KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests;
        }
    }

    protected override HttpMessageHandler WrapHandler(ForwarderHttpClientContext context, HttpMessageHandler handler) =>
        Translate(context, PaymentSpans.AreOn ? new BackendTrace(handler) : handler);

    private HttpMessageHandler Translate(ForwarderHttpClientContext context, HttpMessageHandler handler) =>
        BackendKind.Of(context.NewMetadata) switch
        {
            BackendKind.Grpc => new GrpcBackend(handler),
            BackendKind.JsonRpc => new JsonRpcBackend(handler, context.ClusterId, translators),
            BackendKind.Http => new HttpBackend(handler, context.ClusterId, translators),
            BackendKind.Process => CreateProcess(handler, context.ClusterId),
            var kind => throw new NotSupportedException(
                $"Cluster '{context.ClusterId}': unknown backend kind '{kind}'. Expected one of: {string.Join(", ", BackendKind.All)}."),
        };

    private ProcessBackend CreateProcess(HttpMessageHandler network, string clusterId)
    {
        network.Dispose(); // a program needs no HTTP client
        return new ProcessBackend(clusterId, programs, translators, slots, loggers.CreateLogger<ProcessBackend>());
    }

    protected override bool CanReuseOldClient(ForwarderHttpClientContext context) =>
        base.CanReuseOldClient(context)
        && BackendKind.Of(context.OldMetadata) == BackendKind.Of(context.NewMetadata)
        && context.OldMetadata?.GetValueOrDefault(PingKey) == context.NewMetadata?.GetValueOrDefault(PingKey);
}
