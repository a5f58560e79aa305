using SnetGateway.FunctionalTests.Adversary;
using SnetGateway.FunctionalTests.Endurance;
using Xunit.Runner.InProc.SystemConsole;

// Campaigns of tests/campaigns that are no tests: this assembly as a program. Any other arguments are the test runner's.
switch (args)
{
    case [AdversaryCommand.Name, .. string[] arguments]:
        return await AdversaryCommand.RunAsync(arguments, Console.Out);
    case [SoakCommand.Name, .. string[] arguments]:
        return await SoakCommand.RunAsync(arguments, Console.Out);
    case [StormCommand.Name, .. string[] arguments]:
        return await StormCommand.RunAsync(arguments, Console.Out);
    case [UnderAttackCommand.Name, .. string[] arguments]:
        return await UnderAttackCommand.RunAsync(arguments, Console.Out);
    case [AttackCommand.Name, .. string[] arguments]:
        return await AttackCommand.RunAsync(arguments, Console.Out);
    case [DummyServer.Name]:
        return await DummyServer.RunAsync(Console.Out);
    default:
        return await ConsoleRunner.Run(args);
}
