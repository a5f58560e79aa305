using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace SnetGateway.Benchmarks.Servers;

/// <summary>Kestrel as the bare proxy and the service use it.</summary>
internal static class ProxySettings
{
    public const int StreamsPerConnection = 1024;

    public static void Apply(KestrelServerOptions kestrel, IPEndPoint endPoint, HttpProtocols protocols = HttpProtocols.Http2)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.Http2.MaxStreamsPerConnection = StreamsPerConnection;
        kestrel.Listen(endPoint, listen => listen.Protocols = protocols);
    }
}
