using SnetGateway.Gateway;
using SnetGateway.Gateway.Cli;

return await new CommandLine(Terminal.OfProcess(), GatewayApp.Build).RunAsync(args, CancellationToken.None);
