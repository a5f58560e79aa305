using System.Globalization;
using System.Net;
using System.Text;
using SnetGateway.Benchmarks.Load;
using SnetGateway.Benchmarks.Market;
using SnetGateway.Benchmarks.Payments;
using SnetGateway.Benchmarks.Probe;
using SnetGateway.Benchmarks.Servers;

namespace SnetGateway.Benchmarks.Translators;

/// <summary>
/// The gateway's translators beside bare YARP, which forwards the same JSON over HTTP/1.1 to the same service; and a gRPC call through
/// both, whose difference is the cost of a payment. All clients speak HTTP/2, all of them take turns.
/// </summary>
internal sealed class TranslatorsRun(LoadOptions options, TimeProvider time, TextWriter output) : IAsyncDisposable
{
    private const string Program = "SnetGateway.Benchmarks.dll";
    private const string Path = "/example.Echo/Say";
    private const string GrpcType = "application/grpc";
    private const string JsonType = "application/json";
    private const double MostToYarp = 1.15;
    private const ulong Price = 1;
    private static readonly TimeSpan s_slice = TimeSpan.FromSeconds(1);

    private readonly List<IAsyncDisposable> _running = [];

    /// <returns>True when both translators reach their bar.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(options.Folder);
        string protos = WriteProto();
        IPEndPoint grpcService = await StartServiceAsync("echo", cancellationToken);
        IPEndPoint jsonService = await StartServiceAsync("json-echo", cancellationToken);
        output.WriteLine($"opening {options.Clients} channels on a local chain");
        LoadMarket market = await LoadMarket.StartAsync(options.Clients, cancellationToken);
        _running.Add(market);
        PaymentStock[] stocks = [.. market.Channels.Select(
            channel => new PaymentStock(market.State.ChainId, market.Escrow, channel, Price, options.SignatureFolder))];

        // One text of the length that the report is asked for, tag and length byte included.
        string text = new('x', Math.Clamp(options.MessageBytes - 2, 1, 127));
        byte[] message = RequestTemplate.GrpcBody([0x0A, (byte)text.Length, .. Encoding.ASCII.GetBytes(text)]);
        byte[] json = Encoding.ASCII.GetBytes($$"""{"text":"{{text}}"}""");
        byte[] rpc = Encoding.ASCII.GetBytes($$"""{"jsonrpc":"2.0","method":"Say","params":{"text":"{{text}}"},"id":12345}""");

        MeasuredServer yarp = StartYarp("bare-yarp", grpcService);
        MeasuredServer yarpJson = StartYarp("bare-yarp-json", jsonService);
        LoadSubject[] subjects =
        [
            Subject("bare YARP, gRPC", yarp, Path, GrpcType, message, message.Length),
            Subject("gateway, gRPC", StartGateway("gateway", grpcService, market, "grpc", ""), Path, GrpcType, message, message.Length),
            Subject("bare YARP, JSON-RPC", yarpJson, JsonEchoService.JsonRpcPath, JsonType, rpc, JsonEchoService.Answer(rpc).Length),
            Subject(
                "gateway, jsonrpc", StartGateway("jsonrpc", jsonService, market, "jsonrpc", JsonEchoService.JsonRpcPath, protos), Path,
                GrpcType, message, message.Length),
            Subject("bare YARP, JSON", yarpJson, "/Say", JsonType, json, json.Length),
            Subject(
                "gateway, http", StartGateway("http", jsonService, market, "http", "", protos), Path, GrpcType, message, message.Length),
        ];
        foreach (MeasuredServer server in _running.OfType<MeasuredServer>().ToArray())
        {
            await server.WaitAsync(time, cancellationToken);
        }

        foreach (LoadSubject subject in subjects)
        {
            output.WriteLine($"{subject.Name}: warming up");
            await subject.WarmUpAsync(cancellationToken);
        }

        for (int round = 0; round < options.Rounds; round++)
        {
            for (int slice = 0; slice < options.Seconds; slice++)
            {
                for (int turn = 0; turn < subjects.Length; turn++)
                {
                    int next = slice % 2 == 0 ? turn : subjects.Length - 1 - turn;
                    await subjects[next].MeasureAsync(s_slice, cancellationToken);
                }
            }

            Array.ForEach(subjects, subject => subject.EndRound());
        }

        return Report(subjects);

        LoadSubject Subject(string name, MeasuredServer server, string path, string type, byte[] body, int answerBytes) => new(
            server, new RequestTemplate(server.EndPoint.ToString(), path, type, body, answerBytes), name, stocks, options, time);
    }

    /// <summary>Ends the processes, the last one started first, and takes the ledgers away.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable process in Enumerable.Reverse(_running))
        {
            await process.DisposeAsync();
        }

        if (Directory.Exists(options.LedgerFolder))
        {
            Directory.Delete(options.LedgerFolder, recursive: true);
        }
    }

    private bool Report(LoadSubject[] subjects)
    {
        output.WriteLine($"Medians of {options.Rounds} rounds, {options.Clients} clients:");
        output.WriteLine($"{"",-22}{"calls/s",10}{"CPU us/call",13}{"p50 us",9}{"bytes/call",12}");
        foreach (LoadSubject subject in subjects)
        {
            var figures = LoadFigures.Of(subject.Rounds);
            double bytes = LoadFigures.Median(subject.Rounds, round => round.AllocatedBytesPerCall);
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{subject.Name,-22}{figures.CallsPerSecond,10:F0}{figures.CpuMicrosecondsPerCall,13:F1}{figures.P50Microseconds,9:F0}"
                + $"{bytes,12:F0}"));
        }

        bool isReached = true;
        foreach ((int yarp, int translator) in new[] { (2, 3), (4, 5) })
        {
            double[] ratios = [.. Enumerable.Range(0, options.Rounds).Select(round => Cpu(translator, round) / Allowed(yarp, round))];
            double ratio = LoadFigures.Median(ratios, each => each);
            isReached &= ratio <= 1;
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{subjects[translator].Name}: {ratio:F3} of its bar, {MostToYarp} times {subjects[yarp].Name} and a payment; "
                + $"rounds {string.Join(", ", ratios.Select(each => each.ToString("F3", CultureInfo.InvariantCulture)))}; "
                + $"{(ratio <= 1 ? "reached" : "missed")}"));
        }

        return isReached;

        double Cpu(int subject, int round) => subjects[subject].Rounds[round].CpuMicrosecondsPerCall;

        double Allowed(int yarp, int round) => (MostToYarp * Cpu(yarp, round)) + Cpu(1, round) - Cpu(0, round);
    }

    private string WriteProto()
    {
        DirectoryInfo folder = Directory.CreateDirectory(System.IO.Path.Combine(options.Folder, "protos"));
        File.WriteAllText(System.IO.Path.Combine(folder.FullName, "echo.proto"), """
            syntax = "proto3";
            package example;
            message Text { string text = 1; }
            service Echo { rpc Say (Text) returns (Text); }
            """);
        return folder.FullName;
    }

    private async Task<IPEndPoint> StartServiceAsync(string verb, CancellationToken cancellationToken)
    {
        IPEndPoint endPoint = LoopbackPort.Free();
        ChildProcess process = Keep(ChildProcess.Start(verb, options.Folder, Own(verb, endPoint)));
        await process.WaitAsync(verb, token => LoopbackPort.AcceptsAsync(endPoint, token), time, cancellationToken);
        return endPoint;
    }

    private MeasuredServer StartYarp(string verb, IPEndPoint service)
    {
        IPEndPoint endPoint = LoopbackPort.Free();
        string probe = System.IO.Path.Combine(options.Folder, $"{verb}.probe");
        var process = ChildProcess.Start(
            verb, options.Folder, [.. Own(verb, endPoint), service.ToString()], ProbeClient.Environment(probe));
        return Keep(new MeasuredServer(verb, process, endPoint, probe));
    }

    private MeasuredServer StartGateway(
        string name, IPEndPoint service, LoadMarket market, string backend, string servicePath, string? protos = null)
    {
        IPEndPoint endPoint = LoopbackPort.Free();
        string probe = System.IO.Path.Combine(options.Folder, $"{name}.probe");
        var gateway = new PaidGateway(name, options.Gateway, options.Folder, options.LedgerFolder, options.Etcd)
        {
            Backend = backend,
            ProtoFolder = protos,
            ServicePath = servicePath,
            Chain = new Dictionary<string, object> { ["ReadsPerSecond"] = 10_000 },
        };
        var process = ChildProcess.Start(
            name, options.Folder, gateway.Serve(endPoint, service, market, Price), ProbeClient.Environment(probe));
        return Keep(new MeasuredServer(name, process, endPoint, probe) { Chain = market.Relay, Ready = gateway.IsReadyAsync });
    }

    private static string[] Own(string verb, IPEndPoint endPoint) =>
        ["dotnet", System.IO.Path.Combine(AppContext.BaseDirectory, Program), verb, endPoint.ToString()];

    private T Keep<T>(T process)
        where T : IAsyncDisposable
    {
        _running.Add(process);
        return process;
    }
}
