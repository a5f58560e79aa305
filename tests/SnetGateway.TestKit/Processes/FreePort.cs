using System.Net;
using System.Net.Sockets;

namespace SnetGateway.TestKit.Processes;

/// <summary>
/// Ports of loopback for servers that listen later, or again after a restart. They lie below those that the system gives to outgoing
/// connections (from 32768 on by default): one of these can be in use again a moment after it was found free.
/// </summary>
public static class FreePort
{
    private const int First = 10_000;
    private const int Count = 22_000;

    // Processes that run at the same time begin at different places.
    private static int s_last = Random.Shared.Next(Count);

    /// <summary>A port that nobody listens on. It is not given again in this process before all others were.</summary>
    public static int Find()
    {
        while (true)
        {
            int port = First + (int)((uint)Interlocked.Increment(ref s_last) % Count);
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // The next one.
            }
        }
    }
}
