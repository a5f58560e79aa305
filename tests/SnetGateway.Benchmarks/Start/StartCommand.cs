using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using SnetGateway.Benchmarks.Servers;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Counters;
using SnetGateway.Payments.Ledger;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Training;
using SnetGateway.Payments.Values;
using SnetGateway.Storage;
using SnetGateway.Storage.Sqlite;
using SnetGateway.TestKit.Ledgers;

namespace SnetGateway.Benchmarks.Start;

/// <summary>
/// How long the gateway takes from the start of its process to "ready", on the ledger of one that has served for long, and what it then
/// holds in memory. The chain's endpoint is a port that refuses, or one that never answers: the start must wait for neither.
/// </summary>
internal static class StartCommand
{
    private const ulong ChainId = 31337;
    private static readonly Address s_escrow = Address.Parse("0x5e592f9b1d303183d963635f895f0f0c48284f4e");
    private static readonly Address s_recipient = Address.Parse("0x1111111111111111111111111111111111111111");
    private static readonly Bytes32 s_group = new(Enumerable.Repeat((byte)7, 32).ToArray());
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    public static async Task<int> RunAsync(string[] args)
    {
        var folder = new Option<string>("--folder") { Required = true, Description = "Where ledgers and logs lie." };
        var gateway = new Option<string>("--gateway") { Required = true, Description = "The published snet-gateway.dll." };
        var channels = new Option<int>("--channels") { DefaultValueFactory = _ => 100_000 };
        var entries = new Option<int>("--entries") { DefaultValueFactory = _ => 1_000_000, Description = "Journal entries in all." };
        var rounds = new Option<int>("--rounds") { DefaultValueFactory = _ => 5 };
        var seed = new Option<int>("--seed") { DefaultValueFactory = _ => 1 };
        var check = new Option<bool>("--check") { Description = "A median above the bar is a failure." };
        var command = new RootCommand("Measures the start of the gateway.") { folder, gateway, channels, entries, rounds, seed, check };
        command.SetAction((parsed, cancellationToken) => MeasureAsync(
            parsed.GetRequiredValue(folder),
            parsed.GetRequiredValue(gateway),
            parsed.GetValue(channels),
            parsed.GetValue(entries),
            parsed.GetValue(rounds),
            parsed.GetValue(seed),
            parsed.GetValue(check),
            cancellationToken));
        return await command.Parse(args).InvokeAsync();
    }

    private static async Task<int> MeasureAsync(
        string folder, string gateway, int channels, int entries, int rounds, int seed, bool check, CancellationToken cancellationToken)
    {
        var missed = new List<string>();

        // Each in its own folder: a gateway refuses a ledger that knows less than the one that was used before in the same folder.
        string empty = Path.Combine(folder, "empty", "ledger.db");
        string full = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{channels}-{entries}-{seed}"), "ledger.db");
        await FillAsync(full, channels, entries / channels, new Random(seed), cancellationToken);
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        silent.Listen(); // the kernel accepts, and nobody ever answers
        IPEndPoint refusing = LoopbackPort.Free();

        Console.WriteLine($"{"ledger",-28}{"chain",-10}{"ready ms",10}{"CPU ms",10}{"MiB",8}");
        foreach ((string ledger, string what) in new[] { (empty, "empty"), (full, $"{channels} channels") })
        {
            await FillAsync(empty, 0, 0, new Random(seed), cancellationToken); // so that it knows a recent block, as the other does
            foreach ((IPEndPoint chain, string how) in new[] { (refusing, "refuses"), ((IPEndPoint)silent.LocalEndPoint!, "silent") })
            {
                var starts = new List<StartFigures>();
                for (int round = 0; round < rounds; round++)
                {
                    starts.Add(await StartAsync(folder, gateway, ledger, chain, cancellationToken));
                }

                foreach (StartFigures start in starts)
                {
                    Console.WriteLine(
                        $"{what,-28}{how,-10}{start.Ready.TotalMilliseconds,10:0}{start.Processor.TotalMilliseconds,10:0}"
                        + $"{start.ResidentBytes / 1048576.0,8:0.0}");
                }

                StartFigures median = starts.OrderBy(start => start.Ready).ElementAt(starts.Count / 2);
                Console.WriteLine($"{what,-28}{how,-10}{median.Ready.TotalMilliseconds,10:0} ms is the median");
                if (StartBar.Missed(what, how, median.Ready) is { } line)
                {
                    missed.Add(line);
                }
            }
        }

        if (!check)
        {
            return 0;
        }

        foreach (string line in missed)
        {
            await Console.Error.WriteLineAsync(line);
        }

        return missed.Count == 0 ? 0 : 1;
    }

    /// <summary>Makes the ledger anew where a present one's newest block would be out of date.</summary>
    private static async Task FillAsync(string path, int channels, int entriesEach, Random random, CancellationToken cancellationToken)
    {
        TimeProvider time = TimeProvider.System;
        var block = new ChainBlock(20_000_000, new Bytes32(Enumerable.Repeat((byte)9, 32).ToArray()), time.GetUtcNow());
        bool isNew = !File.Exists(path);
        await using ServiceProvider services = new ServiceCollection().AddMetrics().AddSingleton<StorageMetrics>().BuildServiceProvider();
        await using IRecordStore store = new SqliteRecordStore(
            new LedgerOptions { Path = path, CommitTimeout = TimeSpan.FromMinutes(1) },
            new LedgerScope(ChainId, s_escrow),
            services.GetRequiredService<StorageMetrics>(),
            NullLogger<SqliteRecordStore>.Instance,
            time);
        if (isNew)
        {
            long start = time.GetTimestamp();
            await new LedgerFiller(store, s_recipient, s_group, random).FillAsync(channels, entriesEach, block, cancellationToken);
            Console.WriteLine(
                $"filled {path}: {channels} channels, {channels * entriesEach} entries in {time.GetElapsedTime(start).TotalSeconds:0.0} s");
            return;
        }

        var book = new ChannelBook([]);
        var cursor = new CursorStore(store, book);
        await new LedgerSync(store, book, new CounterBook(1), cursor, new TrainingModels(store)).LoadAsync(cancellationToken);
        await cursor.SaveAsync(block, cancellationToken);
    }

    private static async Task<StartFigures> StartAsync(
        string folder, string gateway, string ledger, IPEndPoint chain, CancellationToken cancellationToken)
    {
        IPEndPoint listener = LoopbackPort.Free();
        IPEndPoint admin = LoopbackPort.Free();
        var environment = new Dictionary<string, string>
        {
            ["SnetGateway__Listeners__Public__Address"] = listener.ToString(),
            ["SnetGateway__Listeners__Admin__Address"] = admin.ToString(),
            ["SnetGateway__Chain__Endpoints__0"] = $"http://{chain}",
            ["SnetGateway__Chain__ChainId"] = ChainId.ToString(CultureInfo.InvariantCulture),
            ["SnetGateway__Chain__EscrowAddress"] = s_escrow.ToString(),
            ["SnetGateway__Ledger__Path"] = ledger,
            ["SnetGateway__Groups__default__OrganizationId"] = "org",
            ["SnetGateway__Groups__default__GroupId"] = Convert.ToBase64String(s_group.ToBytes()),
            ["SnetGateway__Groups__default__PaymentAddress"] = s_recipient.ToString(),
            ["SnetGateway__Services__default__ServiceId"] = "service",
            ["SnetGateway__Services__default__Price__Cogs"] = "1000",
            ["ReverseProxy__Clusters__default__Destinations__one__Address"] = "http://127.0.0.1:9",
        };
        long start = TimeProvider.System.GetTimestamp();
        await using var process = ChildProcess.Start("start", folder, ["dotnet", gateway, "serve"], environment);
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(s_patience);
        while (!await IsReadyAsync(listener, late.Token))
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException(
                    $"The gateway ended:\n{await File.ReadAllTextAsync(Path.Combine(folder, "start.log"), cancellationToken)}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(2), late.Token);
        }

        return new StartFigures(TimeProvider.System.GetElapsedTime(start), ProcFiles.Cpu(process.Id), ProcFiles.ResidentBytes(process.Id));
    }

    /// <summary>Asked over a bare socket: an HTTP client costs the measuring process more time than the answer takes.</summary>
    private static async Task<bool> IsReadyAsync(IPEndPoint listener, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(listener, cancellationToken);
            await socket.SendAsync("GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray(), cancellationToken);
            byte[] answer = new byte[256];
            int length = await socket.ReceiveAsync(answer, cancellationToken);
            return answer.AsSpan(0, length).StartsWith("HTTP/1.1 200"u8);
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>What one start took.</summary>
    /// <param name="Ready">From the start of the process to the first 200 of /readyz.</param>
    /// <param name="Processor">User and system time until then.</param>
    /// <param name="ResidentBytes">Memory then.</param>
    private sealed record StartFigures(TimeSpan Ready, TimeSpan Processor, long ResidentBytes);
}
