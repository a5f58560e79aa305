using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace SnetGateway.FunctionalTests.Infrastructure;

/// <summary>TLS connections of a client that accepts every certificate, to see which one a server presents.</summary>
internal static class TlsClient
{
    /// <summary>Connects. An address as the host is not sent to the server: a client without SNI.</summary>
    public static async Task<SslStream> ConnectAsync(IPEndPoint server, string host, SslProtocols versions = SslProtocols.None)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        SslStream? stream = null;
        try
        {
            await socket.ConnectAsync(server).WithTimeout();
            stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = host,
                EnabledSslProtocols = versions,
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
            }).WithTimeout();
            return stream;
        }
        catch
        {
            socket.Dispose();
            if (stream is not null)
            {
                await stream.DisposeAsync();
            }

            throw;
        }
    }

    /// <summary>The serial number of the certificate that a new connection gets.</summary>
    public static async Task<string> SerialAsync(IPEndPoint server, string host)
    {
        await using SslStream stream = await ConnectAsync(server, host);
        return SerialOf(stream);
    }

    public static string SerialOf(SslStream stream) => ((X509Certificate2)stream.RemoteCertificate!).SerialNumber;
}
