using System.Net;
using SnetGateway.Benchmarks.Servers;

namespace SnetGateway.Benchmarks.Growth;

/// <summary>A gateway that can be started again on its ledger, at the same address.</summary>
internal sealed class GrowthGateway(string name, string folder, PaidGateway gateway, IPEndPoint endPoint, string[] command)
    : IAsyncDisposable
{
    private ChildProcess? _process;

    public IPEndPoint EndPoint => endPoint;

    /// <summary>Starts it, and returns how long it took until it was ready.</summary>
    public async Task<TimeSpan> StartAsync(CancellationToken cancellationToken)
    {
        long start = TimeProvider.System.GetTimestamp();
        _process = ChildProcess.Start(name, folder, command);
        await _process.WaitAsync(name, gateway.IsReadyAsync, TimeProvider.System, cancellationToken);
        return TimeProvider.System.GetElapsedTime(start);
    }

    public async Task StopAsync()
    {
        await (_process?.DisposeAsync() ?? ValueTask.CompletedTask);
        _process = null;
    }

    public async ValueTask DisposeAsync() => await StopAsync();
}
