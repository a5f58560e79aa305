using System.Net;
using System.Net.Sockets;

namespace SnetGateway.TestKit.Processes;

/// <summary>A port of loopback that is free.</summary>
internal static class FreePort
{
    public static int Find()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
