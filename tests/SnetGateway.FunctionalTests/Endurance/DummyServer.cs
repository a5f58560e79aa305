using System.Net;
using System.Net.Sockets;

namespace SnetGateway.FunctionalTests.Endurance;

/// <summary>
/// A process that an attack can be sent to instead of the gateway, so that what the attacker itself costs is in both measurements: it
/// accepts connections, reads all that comes and responds to nothing.
/// </summary>
internal static class DummyServer
{
    public const string Name = "dummy";

    public static async Task<int> RunAsync(TextWriter output)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start(backlog: 4096);
        await output.WriteLineAsync($"{listener.LocalEndpoint}");
        while (true)
        {
            _ = DiscardAsync(await listener.AcceptSocketAsync());
        }
    }

    private static async Task DiscardAsync(Socket socket)
    {
        using (socket)
        {
            byte[] buffer = new byte[64 * 1024];
            try
            {
                while (await socket.ReceiveAsync(buffer) > 0)
                {
                    // Nothing is done with it.
                }
            }
            catch (SocketException)
            {
                // The attacker has closed it.
            }
        }
    }
}
