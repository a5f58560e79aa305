using System.Globalization;
using System.Net;
using SnetGateway.Benchmarks.Servers;

namespace SnetGateway.Benchmarks.Growth;

/// <summary>A gateway whose configuration file is changed, until its log says that the change is in force.</summary>
internal sealed class ReloadingGateway : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly string _folder;
    private readonly int _services;
    private readonly IPEndPoint _listener = LoopbackPort.Free();
    private readonly IPEndPoint _admin = LoopbackPort.Free();
    private readonly ChildProcess _process;
    private readonly long _started = TimeProvider.System.GetTimestamp();

    private ReloadingGateway(string folder, string gateway, int services)
    {
        (_folder, _services) = (folder, services);
        string file = GrowthConfiguration.Write(folder, services, _listener, _admin);
        string name = string.Create(CultureInfo.InvariantCulture, $"reload-{services}");
        _process = ChildProcess.Start(name, folder, ["dotnet", gateway, "serve", "--config", file]);
    }

    public static async Task<ReloadingGateway> StartAsync(
        string folder, string gateway, int services, CancellationToken cancellationToken)
    {
        var started = new ReloadingGateway(folder, gateway, services);
        await started._process.WaitAsync(
            "The gateway", token => LoopbackPort.AcceptsAsync(started._listener, token), TimeProvider.System, cancellationToken);
        return started;
    }

    /// <summary>Changes all prices. Seconds from then until the change is in force.</summary>
    /// <param name="price">The price of the first service.</param>
    /// <param name="phase">
    /// The fraction of a second at which the change is made. The gateway looks at the file each second, so the moment decides about up to
    /// one second, and only the mean over all phases can be compared.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<double> ReloadAsync(int price, double phase, CancellationToken cancellationToken)
    {
        int before = Reloads();
        double since = TimeProvider.System.GetElapsedTime(_started).TotalSeconds;
        await Task.Delay(TimeSpan.FromSeconds(Math.Ceiling(since) + phase - since), cancellationToken);
        long start = TimeProvider.System.GetTimestamp();
        GrowthConfiguration.Write(_folder, _services, _listener, _admin, price);
        while (Reloads() == before)
        {
            if (TimeProvider.System.GetElapsedTime(start) > s_patience)
            {
                throw new InvalidOperationException($"The change is not in force. The gateway's output:\n{_process.Output()}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), cancellationToken);
        }

        return TimeProvider.System.GetElapsedTime(start).TotalSeconds;
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private int Reloads() => _process.Output().Split("is in force: ").Length - 1;
}
