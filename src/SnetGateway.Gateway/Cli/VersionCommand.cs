using System.CommandLine;
using System.Runtime.InteropServices;

namespace SnetGateway.Gateway.Cli;

/// <summary>`version`: prints the versions of the gateway and its runtime.</summary>
internal static class VersionCommand
{
    public static Command Create(CommandContext context)
    {
        var command = new Command("version", "Says which version this is, and what it runs on.");
        command.SetAction(_ =>
        {
            context.Terminal.Output.WriteLine($"snet-gateway {GatewayVersion.Text}");
            context.Terminal.Output.WriteLine(
                $"runtime: {RuntimeInformation.FrameworkDescription} on {RuntimeInformation.RuntimeIdentifier}");
            return ExitCodes.Done;
        });
        return command;
    }
}
