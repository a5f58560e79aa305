using System.Net;
using SnetGateway.Benchmarks.Growth;
using SnetGateway.Benchmarks.Kinds;
using SnetGateway.Benchmarks.Limits;
using SnetGateway.Benchmarks.Load;
using SnetGateway.Benchmarks.Micro;
using SnetGateway.Benchmarks.Servers;
using SnetGateway.Benchmarks.Signers;
using SnetGateway.Benchmarks.Start;
using SnetGateway.Benchmarks.Translators;

switch (args.FirstOrDefault())
{
    case "load":
        return await LoadCommand.RunAsync(args[1..]);
    case "echo":
        await EchoService.RunAsync(IPEndPoint.Parse(args[1]), CancellationToken.None);
        return 0;
    case "bare-yarp":
        await BareYarp.RunAsync(IPEndPoint.Parse(args[1]), IPEndPoint.Parse(args[2]), HttpVersion.Version20, CancellationToken.None);
        return 0;
    case "bare-yarp-json":
        await BareYarp.RunAsync(IPEndPoint.Parse(args[1]), IPEndPoint.Parse(args[2]), HttpVersion.Version11, CancellationToken.None);
        return 0;
    case "json-echo":
        await JsonEchoService.RunAsync(IPEndPoint.Parse(args[1]), CancellationToken.None);
        return 0;
    case "translators":
        return await TranslatorsCommand.RunAsync(args[1..]);
    case "kinds":
        return await KindsCommand.RunAsync(args[1..]);
    case "micro":
        return MicroCommand.Run(args[1..]);
    case "growth":
        return await GrowthCommand.RunAsync(args[1..]);
    case "start":
        return await StartCommand.RunAsync(args[1..]);
    case "signers":
        return await SignersCommand.RunAsync(args[1..]);
    case "configuration":
        return await ConfigurationCommand.RunAsync(args[1..]);
    case "idle":
        return await IdleCommand.RunAsync(args[1..]);
    case "rates":
        return await RatesCommand.RunAsync(args[1..]);
    default:
        Console.Error.WriteLine("load: a load report, translators: one of services that speak JSON, "
            + "kinds: one of the payment kinds and the control methods (see load.sh); "
            + "micro: the micro benchmarks, with the arguments of BenchmarkDotNet; "
            + "growth: restarts, new channels and missed blocks (see tests/campaigns/growth.sh); "
            + "start: the time to ready (see tests/campaigns/start.sh); "
            + "signers: signature checks of many signers; "
            + "configuration: what grows with the configuration (see tests/campaigns/configuration.sh); "
            + "idle: what an idle gateway uses (see tests/campaigns/idle.sh); "
            + "rates: how exactly rates are kept");
        return 2;
}
