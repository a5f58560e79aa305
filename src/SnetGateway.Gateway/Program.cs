using SnetGateway.Gateway;
using SnetGateway.Gateway.Cli;

return await new CommandLine(new Terminal(Console.In, Console.Out, Console.Error), GatewayApp.Build).RunAsync(args, CancellationToken.None);
