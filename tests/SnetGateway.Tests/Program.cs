using SnetGateway.Tests.Storage;

// Tests that kill a process need one to kill: this assembly, started as a program. The test runner never comes here.
switch (args)
{
    case [CommittingProcess.Name, string path]:
        await CommittingProcess.RunAsync(path);
        return 0;
    default:
        await Console.Error.WriteLineAsync("Run the tests with: dotnet test");
        return 2;
}
