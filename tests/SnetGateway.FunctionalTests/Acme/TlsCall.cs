using System.Net;
using System.Net.Security;
using SnetGateway.FunctionalTests.Infrastructure;

namespace SnetGateway.FunctionalTests.Acme;

/// <summary>A paid call over TLS, each on a new connection.</summary>
internal static class TlsCall
{
    public static async Task<GrpcReply> SendAsync(GatewayHarness gateway, string host)
    {
        using var client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions = new SslClientAuthenticationOptions
            {
                TargetHost = host,
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                    ((System.Security.Cryptography.X509Certificates.X509Certificate2)certificate!).MatchesHostname(host),
            },
        });
        HttpRequestMessage request = gateway.Request(
            GatewayHarness.Method, new ByteArrayContent(Wire.Frame("tls")), GatewayHarness.Payment());
        request.RequestUri = new Uri($"https://{gateway.PublicEndPoint}{GatewayHarness.Method}");
        request.Version = HttpVersion.Version20;
        using HttpResponseMessage response = await client.SendAsync(request, CancellationToken.None).WithTimeout();
        return await GrpcReply.ReadAsync(response).WithTimeout();
    }
}
