using System.Net;

namespace SnetGateway.Benchmarks.Servers;

/// <summary>A proxy under test: a process of its own with an address, and what it uses.</summary>
internal sealed class MeasuredServer(string name, ChildProcess process, IPEndPoint endPoint, bool chargesPayments, string? probe) : IAsyncDisposable
{
    private int[] _pids = [process.Id];

    public string Name { get; } = name;

    public IPEndPoint EndPoint { get; } = endPoint;

    /// <summary>Whether it takes each payment once. The others see the same headers and let everything pass.</summary>
    public bool ChargesPayments { get; } = chargesPayments;

    /// <summary>Waits until it accepts connections.</summary>
    public async Task WaitAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        await process.WaitAsync(Name, token => LoopbackPort.AcceptsAsync(EndPoint, token), time, cancellationToken);
        _pids = [process.Id, .. ProcFiles.Children(process.Id)];
    }

    /// <summary>What it has used since it started.</summary>
    public ServerUsage Measure()
    {
        var cpu = TimeSpan.Zero;
        var resident = 0L;
        foreach (var pid in _pids)
        {
            cpu += ProcFiles.Cpu(pid);
            resident += ProcFiles.ResidentBytes(pid);
        }

        return new ServerUsage(cpu, probe is null ? 0 : Probe.ProbeClient.AllocatedBytes(probe), resident);
    }

    public ValueTask DisposeAsync() => process.DisposeAsync();
}
