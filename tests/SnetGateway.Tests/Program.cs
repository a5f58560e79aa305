using System.Globalization;
using SnetGateway.Tests.Gateway.Parsers;
using SnetGateway.Tests.Payments.Claims;
using SnetGateway.Tests.Storage;
using SnetGateway.Tests.Storage.Model;
using Xunit.Runner.InProc.SystemConsole;

// Tests that kill a process need one to kill: this assembly, started as a program. Any other arguments are the test runner's.
switch (args)
{
    case [CommittingProcess.Name, string path]:
        await CommittingProcess.RunAsync(path);
        return 0;
    case [StoreModelRun.Name or StoreModelRun.Payments, string store, string operations, string seed]:
        return await StoreModelRun.RunAsync(
            args[0], store, long.Parse(operations, CultureInfo.InvariantCulture), int.Parse(seed, CultureInfo.InvariantCulture));
    case [ClaimSimulationRun.Name, string ledger, string blocks, string kills, string seed]:
        return await ClaimSimulationRun.RunAsync(
            ledger, int.Parse(blocks, CultureInfo.InvariantCulture), int.Parse(kills, CultureInfo.InvariantCulture),
            int.Parse(seed, CultureInfo.InvariantCulture));
    case [ClaimSimulationRun.Race, string ledger, string rounds, string seed]:
        return await ClaimSimulationRun.RaceAsync(
            ledger, int.Parse(rounds, CultureInfo.InvariantCulture), int.Parse(seed, CultureInfo.InvariantCulture));
    case [ParserRun.Name, string inputs, string seed]:
        return await ParserRun.RunAsync(long.Parse(inputs, CultureInfo.InvariantCulture), int.Parse(seed, CultureInfo.InvariantCulture));
    default:
        return await ConsoleRunner.Run(args);
}
