using System.Net;
using System.Net.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Options;
using SnetGateway.Gateway.Limits;
using SnetGateway.GrpcWire.Headers;

namespace SnetGateway.Gateway.Listeners;

/// <summary>Configures Kestrel: the two listeners, HTTP/2 for many streams, and the limits.</summary>
internal sealed class KestrelSetup(
    IOptions<ListenerOptions> listeners,
    IOptions<LimitOptions> limits,
    ListenerAddresses addresses,
    ServerCertificates certificates,
    CertificateFiles certificateFiles,
    TimeProvider time,
    ILogger<KestrelSetup> logger) : IConfigureOptions<KestrelServerOptions>
{
    /// <summary>
    /// Kestrel's header limit as a multiple of MaxMetadataBytes. Between the two limits a client gets RESOURCE_EXHAUSTED; beyond Kestrel's,
    /// an HTTP error.
    /// </summary>
    private const int HeaderHeadroom = 4;

    /// <summary>Bytes that HTTP/2 counts for a header in addition to its name and value. It bounds the number of headers.</summary>
    private const int HeaderOverhead = 32;

    private const int Mebibyte = 1024 * 1024;

    public void Configure(KestrelServerOptions options)
    {
        LimitOptions limit = limits.Value;
        options.AddServerHeader = false;
        options.RequestHeaderEncodingSelector = HeaderEncoding.OfServer;
        options.ResponseHeaderEncodingSelector = HeaderEncoding.OfServer;
        options.Limits.MaxRequestBodySize = null;
        options.Limits.MinRequestBodyDataRate = null;
        options.Limits.MinResponseDataRate = null;
        options.Limits.MaxConcurrentConnections = limit.MaxConnections;
        options.Limits.MaxRequestHeadersTotalSize = HeaderHeadroom * limit.MaxMetadataBytes;
        options.Limits.MaxRequestHeaderCount = HeaderHeadroom * limit.MaxMetadataBytes / HeaderOverhead;

        Http2Limits http2 = options.Limits.Http2;
        http2.MaxStreamsPerConnection = limit.MaxStreamsPerConnection;
        http2.MaxRequestHeaderFieldSize = HeaderHeadroom * limit.MaxMetadataBytes;
        http2.InitialConnectionWindowSize = 8 * Mebibyte;
        http2.InitialStreamWindowSize = Mebibyte;
        http2.KeepAlivePingDelay = limit.PingInterval;
        http2.KeepAlivePingTimeout = limit.PingTimeout;

        ListenOptions? admin = null;
        options.Listen(Parse("Admin", listeners.Value.Admin.Address), listen =>
        {
            admin = listen;
            listen.Protocols = HttpProtocols.Http1;
            Mark(listen, ListenerKind.Admin);
            if (listeners.Value.HasAdminTls)
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2; // the certificates' options offer both
                listen.Use(next => connection => RefuseOldVersionsAsync(connection, next));
                listen.UseHttps(new TlsHandshakeCallbackOptions
                {
                    OnConnection = handshake => new(certificates.Find(handshake.ClientHelloInfo.ServerName).Options),
                });
            }
        });

        if (listeners.Value.Public.HasHttpChallenges)
        {
            options.Listen(Parse("Public:Challenge", listeners.Value.Public.ChallengeAddress!), listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                Mark(listen, ListenerKind.Challenge);
            });
        }

        ListenOptions consumers = listeners.Value.Public.IsTls ? ListenTls(options) : ListenCleartext(options);
        addresses.Set(consumers, admin!);
    }

    private ListenOptions ListenTls(KestrelServerOptions options)
    {
        ListenOptions? result = null;
        certificateFiles.Load();
        options.Listen(Parse("Public", listeners.Value.Public.Address), listen =>
        {
            result = listen;
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            Mark(listen, ListenerKind.Public);
            LimitAge(listen);
            var balancers = new ProxyHeaderMiddleware(
                Headers(listeners.Value.Public), listeners.Value.Public.DecisionTimeout, time, logger);
            listen.Use(next => connection => balancers.RunAsync(connection, next));
            listen.Use(next => connection => RefuseOldVersionsAsync(connection, next));
            if (listeners.Value.Public is { Domains.Length: > 0, HasHttpChallenges: false })
            {
                listen.Use(next => connection => AcmeHello.RunAsync(connection, next, listeners.Value.Public.DecisionTimeout, time));
            }

            listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                OnConnection = ChooseAsync,
            });
            listen.UseLingeringClose(time);
        });
        return result!;
    }

    private async ValueTask<SslServerAuthenticationOptions> ChooseAsync(TlsHandshakeCallbackContext handshake)
    {
        string host = handshake.ClientHelloInfo.ServerName;
        TlsCertificate? challenge =
            AcmeHello.IsOn(handshake.Connection) ? await certificates.FindChallenge(host, handshake.CancellationToken) : null;
        return (challenge ?? certificates.Find(host)).Options;
    }

    /// <summary>
    /// A client that offers only versions before TLS 1.2 makes the handshake throw, and the server would log an error for each.
    /// </summary>
    private async Task RefuseOldVersionsAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        try
        {
            await next(connection);
        }
        catch (NotSupportedException exception)
        {
            ListenerLog.UndecidedClosed(logger, exception);
            connection.Abort(new ConnectionAbortedException("The client offers no supported version of TLS."));
        }
    }

    private ListenOptions ListenCleartext(KestrelServerOptions options)
    {
        PublicListenerOptions listener = listeners.Value.Public;
        var port = new SplitPort(
            Parse("Public", listener.Address), limits.Value.MaxUndecidedConnections, listener.DecisionTimeout, Headers(listener),
            time, logger);
        ListenOptions? result = null;
        options.Listen(new SplitEndPoint(port, PrefaceResult.Http2), listen =>
        {
            result = listen;
            listen.Protocols = HttpProtocols.Http2;
            Mark(listen, ListenerKind.Public);
            LimitAge(listen);
            listen.UseLingeringClose(time);
        });
        options.Listen(new SplitEndPoint(port, PrefaceResult.Http1), listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            Mark(listen, ListenerKind.Public);
            LimitAge(listen);
        });
        return result!;
    }

    private ProxyHeaderReader Headers(PublicListenerOptions listener) => new(new TrustedProxies(listener.TrustedProxies), logger);

    private void LimitAge(ListenOptions listen)
    {
        var age = new ConnectionAge(limits.Value.MaxConnectionAge, limits.Value.MaxConnectionAgeGrace, time);
        listen.Use(next => connection => age.RunAsync(connection, next));
    }

    private static void Mark(ListenOptions listen, ListenerKind kind) => listen.Use(next => connection =>
    {
        connection.Features.Set(kind);
        return next(connection);
    });

    private static IPEndPoint Parse(string listener, string address) => IPEndPoint.TryParse(address, out IPEndPoint? endPoint)
        ? endPoint
        : throw new OptionsValidationException(ListenerOptions.Section, typeof(ListenerOptions),
            [$"{ListenerOptions.Section}:{listener}:Address is '{address}'; it must be an IP address and a port, such as 127.0.0.1:7000."]);
}
