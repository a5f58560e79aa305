using System.Net;
using SnetGateway.Benchmarks.Market;

namespace SnetGateway.Benchmarks.Servers;

/// <summary>A proxy under test: a process of its own with an address, and what it uses.</summary>
internal sealed class MeasuredServer(string name, ChildProcess process, IPEndPoint endPoint, string? probe) : IAsyncDisposable
{
    private int[] _pids = [process.Id];

    public string Name { get; } = name;

    public IPEndPoint EndPoint { get; } = endPoint;

    /// <summary>
    /// The relay to its chain. A server with one takes each payment once; the others see the same headers and let everything pass.
    /// </summary>
    public CountingRelay? Chain { get; init; }

    /// <summary>Says that it is ready; where it is unset, an open port is enough.</summary>
    public Func<CancellationToken, Task<bool>>? Ready { get; init; }

    /// <summary>Waits until it is ready.</summary>
    public async Task WaitAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        await process.WaitAsync(Name, Ready ?? (token => LoopbackPort.AcceptsAsync(EndPoint, token)), time, cancellationToken);
        _pids = [process.Id, .. ProcFiles.Children(process.Id)];
    }

    /// <summary>What it has used since it started.</summary>
    public ServerUsage Measure()
    {
        TimeSpan cpu = TimeSpan.Zero;
        long resident = 0L;
        foreach (int pid in _pids)
        {
            cpu += ProcFiles.Cpu(pid);
            resident += ProcFiles.ResidentBytes(pid);
        }

        (long allocated, long compiled) = probe is null ? default : Probe.ProbeClient.Ask(probe);
        return new ServerUsage(cpu, allocated, compiled, resident, Chain?.Calls ?? default);
    }

    public ValueTask DisposeAsync() => process.DisposeAsync();
}
