using SnetGateway.FunctionalTests.Adversary;
using Xunit.Runner.InProc.SystemConsole;

// The adversary, which tests/campaigns/adversarial.sh starts: this assembly as a program. Any other arguments are the test runner's.
switch (args)
{
    case [AdversaryCommand.Name, .. string[] arguments]:
        return await AdversaryCommand.RunAsync(arguments, Console.Out);
    default:
        return await ConsoleRunner.Run(args);
}
