using SnetGateway.Gateway;
using SnetGateway.Gateway.Cli;

var terminal = new Terminal(
    Console.In, Console.Out, Console.Error, IsInteractive: !Console.IsInputRedirected && !Console.IsOutputRedirected);
return await new CommandLine(terminal, GatewayApp.Build).RunAsync(args, CancellationToken.None);
