using System.Globalization;
using System.Net.Sockets;
using System.Runtime;
using System.Text;

/// <summary>
/// Runs inside a measured .NET server before its own code (DOTNET_STARTUP_HOOKS asks for a type of this name outside any namespace),
/// and tells whoever connects to a socket how much the runtime has allocated and compiled. So nothing has to be added to what is measured.
/// </summary>
internal static class StartupHook
{
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(SnetGateway.Benchmarks.Probe.ProbeClient.SocketVariable) is not { Length: > 0 } path)
        {
            return;
        }

        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        new Thread(() => Serve(listener)) { IsBackground = true, Name = "benchmark probe" }.Start();
    }

    private static void Serve(Socket listener)
    {
        while (true)
        {
            using Socket client = listener.Accept();
            client.Send(Encoding.ASCII.GetBytes(string.Create(
                CultureInfo.InvariantCulture, $"{GC.GetTotalAllocatedBytes(precise: true)} {JitInfo.GetCompiledMethodCount()}")));
        }
    }
}
