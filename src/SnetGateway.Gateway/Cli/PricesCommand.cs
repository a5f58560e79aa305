using System.CommandLine;
using SnetGateway.Gateway.Reports;

namespace SnetGateway.Gateway.Cli;

/// <summary>`prices`: what calls cost by the configuration, for each service, method and route with its own price.</summary>
internal static class PricesCommand
{
    public static Command Create(CommandContext context)
    {
        var json = new Option<bool>("--json") { Description = "One JSON object per line." };
        var command = new Command("prices", "Prints what the calls of each service cost, by the configuration.") { json };
        command.SetAction(async (parsed, _) =>
        {
            if (await context.LoadAsync(context.Loader(parsed)) is not { Snapshot: { } snapshot } result)
            {
                return ExitCodes.Usage;
            }

            List<PriceLine> lines = [.. PriceLine.Of(result.Options.Services, snapshot)];
            if (parsed.GetValue(json))
            {
                lines.ForEach(line => context.Terminal.Output.WriteLine(ReportJson.Write(line)));
            }
            else
            {
                context.Terminal.Write(PriceLine.Table(lines));
            }

            return ExitCodes.Done;
        });
        return command;
    }
}
