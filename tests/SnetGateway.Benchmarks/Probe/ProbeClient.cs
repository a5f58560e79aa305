using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace SnetGateway.Benchmarks.Probe;

/// <summary>Asks the probe inside a measured server (see <see cref="StartupHook"/>).</summary>
internal static class ProbeClient
{
    /// <summary>Names the file of the probe's socket to the server.</summary>
    public const string SocketVariable = "SNET_BENCHMARK_PROBE";

    /// <summary>What a server needs in its environment to carry the probe.</summary>
    public static Dictionary<string, string> Environment(string socket) => new()
    {
        ["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location,
        [SocketVariable] = socket,
    };

    /// <summary>Bytes that the server's runtime has allocated, and methods that it has compiled, since it started.</summary>
    public static (long AllocatedBytes, long CompiledMethods) Ask(string socket)
    {
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(new UnixDomainSocketEndPoint(socket));
        Span<byte> text = stackalloc byte[64];
        string[] figures = Encoding.ASCII.GetString(text[..client.Receive(text)]).Split(' ');
        return (long.Parse(figures[0], CultureInfo.InvariantCulture), long.Parse(figures[1], CultureInfo.InvariantCulture));
    }
}
