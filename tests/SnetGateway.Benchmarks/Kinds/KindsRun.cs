using System.Globalization;
using System.Net;
using Google.Protobuf;
using Grpc.Net.Client;
using SnetGateway.Benchmarks.Load;
using SnetGateway.Benchmarks.Market;
using SnetGateway.Benchmarks.Payments;
using SnetGateway.Benchmarks.Probe;
using SnetGateway.Benchmarks.Servers;
using SnetGateway.Gateway.Control;

namespace SnetGateway.Benchmarks.Kinds;

/// <summary>
/// Escrow, prepaid and free calls, and the control methods that SDKs call before them, in turns at one gateway. Clients sign with the
/// newest block before each turn, and nothing is signed while it is measured.
/// </summary>
internal sealed class KindsRun(LoadOptions options, TimeProvider time, TextWriter output) : IAsyncDisposable
{
    /// <summary>All requests of a method have one length: ids of channels are written as one byte.</summary>
    public const int MostClients = 64;

    private const string Program = "SnetGateway.Benchmarks.dll";
    private const string Method = "/example.Echo/Say";
    private const string FreeCalls = "/escrow.FreeCallStateService/";
    private const double MostPrepaid = 0.95;
    private const double MostFree = 1.10;
    private const ulong Price = 1;
    private static readonly TimeSpan s_slice = TimeSpan.FromSeconds(1);

    private static readonly string[] s_prepaid =
        ["snet-payment-channel-id", "snet-payment-channel-nonce", "snet-prepaid-auth-token-bin"];

    private static readonly string[] s_free =
    [
        "snet-free-call-user-address", "snet-current-block-number", "snet-free-call-auth-token-bin", "snet-payment-channel-signature-bin",
    ];

    private readonly List<IAsyncDisposable> _running = [];

    /// <returns>True when prepaid and free calls reach their bars.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(options.Folder);
        IPEndPoint service = LoopbackPort.Free();
        ChildProcess echo = Keep(ChildProcess.Start(
            "echo", options.Folder, ["dotnet", Path.Combine(AppContext.BaseDirectory, Program), "echo", service.ToString()]));
        await echo.WaitAsync("The service", token => LoopbackPort.AcceptsAsync(service, token), time, cancellationToken);
        output.WriteLine($"opening {2 * options.Clients} channels on a local chain");
        LoadMarket market = Keep(await LoadMarket.StartAsync(2 * options.Clients, cancellationToken));
        PaymentStock[] stocks = [.. market.Channels.Select(
            channel => new PaymentStock(market.State.ChainId, market.Escrow, channel, Price, options.SignatureFolder))];
        MeasuredServer gateway = StartGateway(service, market);
        await gateway.WaitAsync(time, cancellationToken);
        LoadSubject[] subjects = await SubjectsAsync(
            gateway, market, stocks[..options.Clients], stocks[options.Clients..], cancellationToken);
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
    }

    /// <summary>Ends the processes, the last one started first, and takes the ledger away.</summary>
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

    private async Task<LoadSubject[]> SubjectsAsync(
        MeasuredServer gateway, LoadMarket market, PaymentStock[] escrow, PaymentStock[] others, CancellationToken cancellationToken)
    {
        using var channel = GrpcChannel.ForAddress($"http://{gateway.EndPoint}");
        var plans = new TokenService.TokenServiceClient(channel);
        var freeCalls = new FreeCallStateService.FreeCallStateServiceClient(channel);
        Consumer[] consumers = [.. others.Select(stock => new Consumer(market, stock.Channel))];
        await Task.WhenAll(consumers.Select(async consumer =>
            await consumer.PrepareAsync(plans, freeCalls, await market.BlockAsync()))).WaitAsync(cancellationToken);
        ulong block = await market.BlockAsync();
        byte[] text = RequestTemplate.GrpcBody([.. Enumerable.Repeat((byte)'x', options.MessageBytes)]);
        return
        [
            new(gateway, new RequestTemplate(gateway.EndPoint.ToString(), Method, options.MessageBytes), "escrow", escrow, options, time),
            Paid("prepaid-call", s_prepaid, (consumer, _) => consumer.PrepaidCall()),
            Paid("free-call", s_free, (consumer, newest) => consumer.FreeCall(newest)),
            Control($"/{ChannelStateService.Name}/GetChannelState", (consumer, newest) => consumer.StateRequest(newest)),
            Control("/escrow.TokenService/GetToken", (consumer, newest) => consumer.TokenRequest(newest)),
            Control($"{FreeCalls}GetFreeCallsAvailable", (consumer, newest) => consumer.FreeStateRequest(newest)),
            Control($"{FreeCalls}GetFreeCallToken", (consumer, newest) => consumer.FreeTokenRequest(newest)),
        ];

        LoadSubject Paid(string kind, string[] names, Func<Consumer, ulong, string[]> payment) => Subject(
            kind, new FixedTemplate(gateway.EndPoint.ToString(), Method, kind, names, text.Length, text.Length),
            (template, consumer, newest) => template.Call(text, payment(consumer, newest)));

        LoadSubject Control(string path, Func<Consumer, ulong, IMessage> request)
        {
            int bytes = RequestTemplate.GrpcBody(request(consumers[0], block).ToByteArray()).Length;
            return Subject(
                path.Split('/')[2],
                new FixedTemplate(gateway.EndPoint.ToString(), path, null, [], bytes, RequestTemplate.AnyAnswer),
                (template, consumer, newest) => template.Call(RequestTemplate.GrpcBody(request(consumer, newest).ToByteArray())));
        }

        LoadSubject Subject(string name, FixedTemplate template, Func<FixedTemplate, Consumer, ulong, FixedCall> call) => new(
            gateway, template, name, others, options, time, async clients =>
            {
                ulong newest = await market.BlockAsync();
                Parallel.For(0, clients.Length, index => clients[index].Call = call(template, consumers[index], newest));
            });
    }

    private bool Report(LoadSubject[] subjects)
    {
        output.WriteLine($"Medians of {options.Rounds} rounds, {options.Clients} clients, one gateway:");
        output.WriteLine($"{"",-24}{"calls/s",10}{"CPU us/call",13}{"of escrow",11}{"p50 us",9}{"bytes/call",12}  rounds");
        foreach (LoadSubject subject in subjects)
        {
            var figures = LoadFigures.Of(subject.Rounds);
            double bytes = LoadFigures.Median(subject.Rounds, round => round.AllocatedBytesPerCall);
            string rounds = string.Join(", ", Ratios(subject).Select(each => each.ToString("F3", CultureInfo.InvariantCulture)));
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{subject.Name,-24}{figures.CallsPerSecond,10:F0}{figures.CpuMicrosecondsPerCall,13:F1}{Ratio(subject),11:F3}"
                + $"{figures.P50Microseconds,9:F0}{bytes,12:F0}  {rounds}"));
        }

        bool isReached = true;
        foreach ((LoadSubject subject, double most) in new[] { (subjects[1], MostPrepaid), (subjects[2], MostFree) })
        {
            bool reaches = Ratio(subject) <= most;
            isReached &= reaches;
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{subject.Name}: {Ratio(subject):F3} of an escrow call's CPU, bar {most:F2}, {(reaches ? "reached" : "missed")}"));
        }

        return isReached;

        double Ratio(LoadSubject subject) => LoadFigures.Median(Ratios(subject), each => each);

        double[] Ratios(LoadSubject subject) =>
            [.. subject.Rounds.Zip(subjects[0].Rounds, (own, escrow) => own.CpuMicrosecondsPerCall / escrow.CpuMicrosecondsPerCall)];
    }

    private MeasuredServer StartGateway(IPEndPoint service, LoadMarket market)
    {
        IPEndPoint endPoint = LoopbackPort.Free();
        string probe = Path.Combine(options.Folder, "gateway.probe");
        var gateway = new PaidGateway("gateway", options.Gateway, options.Folder, options.LedgerFolder, options.Etcd)
        {
            HasAllKinds = true,
            Chain = new Dictionary<string, object> { ["ReadsPerSecond"] = 10_000 },
        };
        var process = ChildProcess.Start(
            gateway.Name, options.Folder, gateway.Serve(endPoint, service, market, Price), ProbeClient.Environment(probe));
        return Keep(new MeasuredServer(gateway.Name, process, endPoint, probe) { Chain = market.Relay, Ready = gateway.IsReadyAsync });
    }

    private T Keep<T>(T process)
        where T : IAsyncDisposable
    {
        _running.Add(process);
        return process;
    }
}
