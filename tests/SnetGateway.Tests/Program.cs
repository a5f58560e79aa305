using System.Globalization;
using SnetGateway.Tests.Gateway.Parsers;
using SnetGateway.Tests.Storage;
using SnetGateway.Tests.Storage.Model;

// Tests that kill a process need one to kill: this assembly, started as a program. The test runner never comes here.
switch (args)
{
    case [CommittingProcess.Name, string path]:
        await CommittingProcess.RunAsync(path);
        return 0;
    case [StoreModelRun.Name, string store, string operations, string seed]:
        return await StoreModelRun.RunAsync(store, long.Parse(operations, CultureInfo.InvariantCulture), int.Parse(seed, CultureInfo.InvariantCulture));
    case [ParserRun.Name, string inputs, string seed]:
        return await ParserRun.RunAsync(long.Parse(inputs, CultureInfo.InvariantCulture), int.Parse(seed, CultureInfo.InvariantCulture));
    default:
        await Console.Error.WriteLineAsync("Run the tests with: dotnet test");
        return 2;
}
