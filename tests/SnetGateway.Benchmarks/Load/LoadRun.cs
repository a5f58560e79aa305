using System.Net;
using SnetGateway.Benchmarks.Market;
using SnetGateway.Benchmarks.Payments;
using SnetGateway.Benchmarks.Probe;
using SnetGateway.Benchmarks.Servers;

namespace SnetGateway.Benchmarks.Load;

/// <summary>
/// One load report: starts the servers, warms them up, lets them take turns for some rounds, and writes what they reached.
/// </summary>
internal sealed class LoadRun(LoadOptions options, TimeProvider time, TextWriter output) : IAsyncDisposable
{
    private const string Program = "SnetGateway.Benchmarks.dll";
    private const ulong Price = 1;
    private static readonly TimeSpan s_slice = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_verifyPatience = TimeSpan.FromMinutes(10);

    /// <summary>All clients come at once, from channels never seen before; the default lets them in over some seconds.</summary>
    private static readonly Dictionary<string, object> s_chain = new() { ["ReadsPerSecond"] = 10_000 };

    private readonly List<IAsyncDisposable> _running = [];

    public async Task<LoadReport> RunAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(options.Folder);
        RequireDisk();
        IPEndPoint service = LoopbackPort.Free();
        ChildProcess echo = StartOwn("service", "echo", service);
        await echo.WaitAsync("The service", token => LoopbackPort.AcceptsAsync(service, token), time, cancellationToken);

        output.WriteLine($"opening {options.Clients} channels on a local chain");
        LoadMarket market = await LoadMarket.StartAsync(options.Clients, cancellationToken);
        _running.Add(market);
        PaymentStock[] stocks = [.. market.Channels.Select(
            channel => new PaymentStock(market.State.ChainId, market.Escrow, channel, Price, options.SignatureFolder))];

        LoadSubject yarp = await PrepareAsync(StartYarp(service), stocks, cancellationToken);
        LoadSubject nginx = await PrepareAsync(StartNginx(service), stocks, cancellationToken);
        var gateway = new PaidGateway("gateway", options.Gateway, options.Folder, options.LedgerFolder, options.Etcd)
        {
            Chain = s_chain,
        };
        MeasuredServer paidServer = StartGateway(gateway, service, market);
        LoadSubject paid = await PrepareAsync(paidServer, stocks, cancellationToken);
        List<LoadSubject> subjects = [yarp, nginx, paid];
        foreach (string program in options.Beside)
        {
            var other = new PaidGateway($"beside-{subjects.Count - 2}", program, options.Folder, options.LedgerFolder, options.Etcd)
            {
                Chain = s_chain,
                HasLimits = options.Limits,
            };
            subjects.Add(await PrepareAsync(StartGateway(other, service, market), stocks, cancellationToken));
        }

        LoadSubject[] beside = [.. subjects.Skip(3)];

        LoadSubject? memory = null;
        if (options.Clients == 1)
        {
            var other = new PaidGateway("memory", options.Gateway, options.Folder, options.LedgerFolder, etcd: null)
            {
                Store = "memory",
                Chain = s_chain,
            };
            memory = await PrepareAsync(StartGateway(other, service, market), stocks, cancellationToken);
            subjects.Add(memory);
        }

        await TakeTurnsAsync(subjects, cancellationToken);
        LoneClient? lone = memory is null
            ? null
            : LoneClient.Of(yarp.Rounds, paid.Rounds, memory.Rounds, LoneClient.MeasureSync(options.LedgerFolder, time));

        await paidServer.DisposeAsync();
        bool verified = await VerifyAsync(gateway, cancellationToken);
        return LoadReport.Of(options, yarp.Rounds, nginx.Rounds, paid.Rounds, [.. beside.Select(other => other.Rounds)], verified) with
        {
            LoneClient = lone,
        };
    }

    /// <summary>Ends the servers, the last one started first, and takes the ledger away.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable? process in Enumerable.Reverse(_running))
        {
            await process.DisposeAsync();
        }

        if (Directory.Exists(options.LedgerFolder))
        {
            Directory.Delete(options.LedgerFolder, recursive: true);
        }
    }

    /// <summary>A ledger in memory would make every sync free, and the figures worthless.</summary>
    private void RequireDisk()
    {
        DirectoryInfo ledger = Directory.CreateDirectory(options.LedgerFolder);
        string format = new DriveInfo(ledger.FullName).DriveFormat;
        if (format is "tmpfs" or "ramfs")
        {
            throw new InvalidOperationException($"{ledger.FullName} lies in memory ({format}); name a folder on a disk with --ledger.");
        }

        output.WriteLine($"the ledger lies on {format}, in {ledger.FullName}");
    }

    /// <summary>
    /// The servers in turn, a second each, as often as a round has seconds, each time beginning with another one, and every other time in
    /// reverse: none always follows the same other one. What else the machine does comes and goes within some ten seconds: it then hits
    /// all of them alike, and not the one whose turn it is.
    /// </summary>
    private async Task TakeTurnsAsync(List<LoadSubject> subjects, CancellationToken cancellationToken)
    {
        for (int round = 0; round < options.Rounds; round++)
        {
            for (int slice = 0; slice < options.Seconds; slice++)
            {
                int first = round + slice;
                for (int turn = 0; turn < subjects.Count; turn++)
                {
                    int next = first % 2 == 0 ? first + turn : first + subjects.Count - turn;
                    await subjects[next % subjects.Count].MeasureAsync(s_slice, cancellationToken);
                }
            }

            foreach (LoadSubject subject in subjects)
            {
                subject.EndRound();
                Tell($"round {round + 1}: ", subject);
            }
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

    private async Task<bool> VerifyAsync(PaidGateway gateway, CancellationToken cancellationToken)
    {
        output.WriteLine("verifying the ledger");
        await using var verify = ChildProcess.Start("ledger-verify", options.Folder, gateway.Verify());
        int code = await verify.WaitForEndAsync(s_verifyPatience, cancellationToken);
        output.WriteLine(verify.Output().TrimEnd());
        return code == 0;
    }

    private void Tell(string prefix, LoadSubject subject)
    {
        PhaseResult last = subject.Rounds[^1];
        output.WriteLine(
            $"{prefix}{subject.Name,-10} {last.CallsPerSecond,7:F0} calls/s, {last.CpuMicrosecondsPerCall,6:F1} us CPU a call (driver "
            + $"{last.DriverMicrosecondsPerCall:F1}), "
            + $"p50 {last.P50Microseconds:F0} us, p99 {last.P99Microseconds:F0} us, {last.AllocatedBytesPerCall:F0} bytes allocated a "
                + $"call, {last.ResidentMiB:F0} MiB");
    }

    private MeasuredServer StartYarp(IPEndPoint service)
    {
        IPEndPoint endPoint = LoopbackPort.Free();
        string probe = Path.Combine(options.Folder, "bare-yarp.probe");
        ChildProcess process = StartOwn("bare-yarp", "bare-yarp", endPoint, service, probe);
        return new MeasuredServer("bare YARP", process, endPoint, probe);
    }

    private MeasuredServer StartNginx(IPEndPoint service)
    {
        IPEndPoint endPoint = LoopbackPort.Free();
        ChildProcess process = Keep(ChildProcess.Start("nginx", options.Folder, Nginx.Command(options.Folder, endPoint, service)));
        return new MeasuredServer("nginx", process, endPoint, probe: null);
    }

    private MeasuredServer StartGateway(PaidGateway gateway, IPEndPoint service, LoadMarket market)
    {
        IPEndPoint endPoint = LoopbackPort.Free();
        string probe = Path.Combine(options.Folder, $"{gateway.Name}.probe");
        IEnumerable<string> command = gateway.Serve(endPoint, service, market, Price);
        ChildProcess process = Keep(ChildProcess.Start(gateway.Name, options.Folder, command, ProbeClient.Environment(probe)));
        return new MeasuredServer(gateway.Name, process, endPoint, probe) { Chain = market.Relay, Ready = gateway.IsReadyAsync };
    }

    private ChildProcess StartOwn(string name, string verb, IPEndPoint endPoint, IPEndPoint? service = null, string? probe = null)
    {
        string[] command = ["dotnet", Path.Combine(AppContext.BaseDirectory, Program), verb, endPoint.ToString(), service?.ToString()
            ?? ""];
        return Keep(ChildProcess.Start(name, options.Folder, command, probe is null ? null : ProbeClient.Environment(probe)));
    }

    private ChildProcess Keep(ChildProcess process)
    {
        _running.Add(process);
        return process;
    }
}
