using SnetGateway.Gateway.Cli;

return await new CommandLine(new Terminal(Console.In, Console.Out, Console.Error)).RunAsync(args, CancellationToken.None);
