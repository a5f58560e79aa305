using System.CommandLine;
using System.Text.Json.Nodes;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Payments.Pricing;
using Yarp.ReverseProxy.Configuration;

namespace SnetGateway.Gateway.Cli;

/// <summary>`prices`: what calls cost by the configuration, for each service, method and route that has a price of its own.</summary>
internal static class PricesCommand
{
    private const string AnyMethod = "*";

    private static readonly string[] s_columns = ["service", "method", "price", "cogs", "AGIX"];

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

            List<PriceLine> lines = [.. Lines(result.Options.Services, snapshot.Routes)];
            if (parsed.GetValue(json))
            {
                lines.ForEach(line => context.Terminal.Output.WriteLine(line.ToJson()));
            }
            else
            {
                WriteTable(context.Terminal.Output, lines);
            }

            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>A number of cogs in whole tokens, with all of its digits.</summary>
    internal static string InTokens(string cogs)
    {
        string digits = cogs.PadLeft(FreeCallTerms.TokenDecimals + 1, '0');
        return $"{digits[..^FreeCallTerms.TokenDecimals]}.{digits[^FreeCallTerms.TokenDecimals..]}".TrimEnd('0').TrimEnd('.');
    }

    private static IEnumerable<PriceLine> Lines(IReadOnlyDictionary<string, ServiceOptions> services, IReadOnlyList<RouteConfig> routes)
    {
        foreach ((string name, ServiceOptions service) in services.OrderBy(service => service.Key, StringComparer.Ordinal))
        {
            foreach (RouteConfig route in routes.Where(route => route.Metadata?.GetValueOrDefault(PaidRoute.ServiceKey) == name))
            {
                if (route.Metadata!.GetValueOrDefault(PaidRoute.PriceKey) is { } cogs)
                {
                    yield return new PriceLine(name, route.Match.Path ?? AnyMethod, $"route {route.RouteId}", cogs);
                }
            }

            foreach ((string method, string cogs) in service.Price.Methods.OrderBy(method => method.Key, StringComparer.Ordinal))
            {
                yield return new PriceLine(name, method, service.Price.Model, cogs);
            }

            if (service.Price.Cogs is { } each)
            {
                yield return new PriceLine(name, AnyMethod, service.Price.Model, each);
            }
        }
    }

    private static void WriteTable(TextWriter output, List<PriceLine> lines)
    {
        List<string[]> rows =
            [s_columns, .. lines.Select(line => new[] { line.Service, line.Method, line.Kind, line.Cogs, InTokens(line.Cogs) })];
        int[] widths = [.. Enumerable.Range(0, s_columns.Length).Select(i => rows.Max(row => row[i].Length))];
        foreach (string[] row in rows)
        {
            output.WriteLine(string
                .Join("  ", row.Select((text, i) => i == 3 ? text.PadLeft(widths[i]) : text.PadRight(widths[i]))).TrimEnd());
        }
    }

    /// <param name="Service">The configured service.</param>
    /// <param name="Method">The method's path, a route's pattern, or all that have no other line.</param>
    /// <param name="Kind">The pricing model, or the route whose price it is.</param>
    /// <param name="Cogs">The price of a call in cogs.</param>
    private sealed record PriceLine(string Service, string Method, string Kind, string Cogs)
    {
        public string ToJson() => new JsonObject
        {
            ["service"] = Service, ["method"] = Method, ["price"] = Kind, ["cogs"] = Cogs, ["agix"] = InTokens(Cogs),
        }.ToJsonString();
    }
}
