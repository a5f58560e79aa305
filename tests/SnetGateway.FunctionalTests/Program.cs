using SnetGateway.FunctionalTests.Adversary;

// The adversary, which tests/campaigns/adversarial.sh starts: this assembly as a program. The test runner never comes here.
switch (args)
{
    case [AdversaryCommand.Name, .. string[] arguments]:
        return await AdversaryCommand.RunAsync(arguments, Console.Out);
    default:
        await Console.Error.WriteLineAsync("Run the tests with: dotnet test");
        return 2;
}
