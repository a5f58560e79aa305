using System.Net;
using SnetGateway.Benchmarks.Payments;
using SnetGateway.Benchmarks.Probe;
using SnetGateway.Benchmarks.Servers;

namespace SnetGateway.Benchmarks.Load;

/// <summary>One load report: starts the servers, warms them up, lets them take turns for some rounds, and writes what they reached.</summary>
internal sealed class LoadRun(LoadOptions options, TimeProvider time, TextWriter output) : IAsyncDisposable
{
    private const string Program = "SnetGateway.Benchmarks.dll";
    private const ulong Price = 1;

    private readonly List<IAsyncDisposable> _running = [];

    public async Task<LoadReport> RunAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(options.Folder);
        var service = LoopbackPort.Free();
        var echo = StartOwn("service", "echo", service);
        await echo.WaitAsync("The service", token => LoopbackPort.AcceptsAsync(service, token), time, cancellationToken);

        var stocks = StocksWithoutChain();
        var yarp = await PrepareAsync(StartYarp(service), stocks, cancellationToken);
        var nginx = await PrepareAsync(StartNginx(service), stocks, cancellationToken);
        LoadSubject[] subjects = [yarp, nginx];

        for (var round = 1; round <= options.Rounds; round++)
        {
            foreach (var subject in subjects)
            {
                await subject.MeasureAsync(TimeSpan.FromSeconds(options.Seconds), cancellationToken);
                Tell($"round {round}: ", subject);
            }
        }

        return new LoadReport(options.Rounds, options.Clients, LoadFigures.Of(yarp.Rounds), LoadFigures.Of(nginx.Rounds), null, null, null, null, null);
    }

    /// <summary>Ends the servers, the last one started first.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var process in Enumerable.Reverse(_running))
        {
            await process.DisposeAsync();
        }
    }

    private async Task<LoadSubject> PrepareAsync(MeasuredServer server, PaymentStock[] stocks, CancellationToken cancellationToken)
    {
        await server.WaitAsync(time, cancellationToken);
        var subject = new LoadSubject(server, stocks, options, time);
        output.WriteLine($"{server.Name}: warming up on {server.EndPoint}");
        await subject.WarmUpAsync(cancellationToken);
        return subject;
    }

    private void Tell(string prefix, LoadSubject subject)
    {
        var last = subject.Rounds[^1];
        output.WriteLine(
            $"{prefix}{subject.Name,-10} {last.CallsPerSecond,7:F0} calls/s, {last.CpuMicrosecondsPerCall,6:F1} us CPU a call (driver {last.DriverMicrosecondsPerCall:F1}), "
            + $"p50 {last.P50Microseconds:F0} us, p99 {last.P99Microseconds:F0} us, {last.AllocatedBytesPerCall:F0} bytes allocated a call, {last.ResidentMiB:F0} MiB");
    }

    private MeasuredServer StartYarp(IPEndPoint service)
    {
        var endPoint = LoopbackPort.Free();
        var probe = Path.Combine(options.Folder, "bare-yarp.probe");
        var process = StartOwn("bare-yarp", "bare-yarp", endPoint, service, probe);
        return new MeasuredServer("bare YARP", process, endPoint, chargesPayments: false, probe);
    }

    private MeasuredServer StartNginx(IPEndPoint service)
    {
        var endPoint = LoopbackPort.Free();
        var process = Keep(ChildProcess.Start("nginx", options.Folder, Nginx.Command(options.Folder, endPoint, service)));
        return new MeasuredServer("nginx", process, endPoint, chargesPayments: false, probe: null);
    }

    private ChildProcess StartOwn(string name, string verb, IPEndPoint endPoint, IPEndPoint? service = null, string? probe = null)
    {
        string[] command = ["dotnet", Path.Combine(AppContext.BaseDirectory, Program), verb, endPoint.ToString(), service?.ToString() ?? ""];
        return Keep(ChildProcess.Start(name, options.Folder, command, probe is null ? null : ProbeClient.Environment(probe)));
    }

    private ChildProcess Keep(ChildProcess process)
    {
        _running.Add(process);
        return process;
    }

    // Servers that charge nothing only look at the shape of the headers.
    private PaymentStock[] StocksWithoutChain()
    {
        var escrow = new byte[20];
        escrow.AsSpan().Fill(0x11);
        var key = new byte[32];
        key.AsSpan().Fill(0x01);
        return [.. Enumerable.Range(0, options.Clients).Select(
            id => new PaymentStock(chainId: 31337, escrow, new PaidChannel((ulong)id, 0, key), Price, options.SignatureFolder))];
    }
}
