using System.CommandLine;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Cli;

/// <summary>`check-config`: reports all errors of a configuration, and what a valid one probably does not mean.</summary>
internal static class CheckConfigCommand
{
    public static Command Create(CommandContext context)
    {
        var command = new Command("check-config", "Validates the configuration as 'serve' does, and lists every error with its remedy.");
        command.SetAction(async (parsed, _) =>
        {
            ConfigurationLoader loader = context.Loader(parsed);
            if (await context.LoadAsync(loader) is not { Snapshot: { } snapshot } result)
            {
                return ExitCodes.Usage;
            }

            foreach (ConfigurationError warning in ConfigurationWarnings.Of(result.Options, snapshot).Concat(result.Metadata.Warnings))
            {
                context.Terminal.Error.WriteLine($"warning: {warning}");
            }

            context.Terminal.Output.WriteLine(
                $"The configuration is valid. Groups: {result.Options.Groups.Count}, services: {result.Options.Services.Count}, "
                    + $"routes: {snapshot.Routes.Count}, clusters: {snapshot.Clusters.Count}.");
            return ExitCodes.Done;
        });
        return command;
    }
}
