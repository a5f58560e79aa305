using System.CommandLine;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Cli;

/// <summary>`check-config`: reports all errors of a configuration, and what a valid one probably does not mean.</summary>
internal static class CheckConfigCommand
{
    public static Command Create(CommandContext context)
    {
        var command = new Command("check-config", "Validates the configuration as 'serve' does, and lists every error with its remedy.")
        {
            context.With,
        };
        command.SetAction(async (parsed, _) =>
        {
            if (await context.LoadAllAsync(parsed) is not { } configurations)
            {
                return ExitCodes.Usage;
            }

            foreach (LoadedConfiguration one in configurations)
            {
                Write(context.Terminal, one, configurations.Count == 1 ? "" : $"{one.File}: ");
            }

            return ExitCodes.Done;
        });
        return command;
    }

    private static void Write(Terminal terminal, LoadedConfiguration one, string prefix)
    {
        ConfigurationResult result = one.Result;
        foreach (ConfigurationError warning in ConfigurationWarnings.Of(result.Options, result.Snapshot!).Concat(result.Metadata.Warnings))
        {
            terminal.Error.WriteLine($"warning: {prefix}{warning}");
        }

        terminal.Output.WriteLine(
            $"{prefix}The configuration is valid. Groups: {result.Options.Groups.Count}, services: {result.Options.Services.Count}, "
                + $"routes: {result.Snapshot!.Routes.Count}, clusters: {result.Snapshot.Clusters.Count}.");
    }
}
