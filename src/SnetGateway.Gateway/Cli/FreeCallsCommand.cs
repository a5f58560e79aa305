using System.CommandLine;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.PaymentCore;
using SnetGateway.Gateway.Reports;
using SnetGateway.Payments.Counters;
using SnetGateway.Payments.FreeCalls;
using SnetGateway.Payments.Ledger;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;
using SnetGateway.Storage;

namespace SnetGateway.Gateway.Cli;

/// <summary>`free-calls list` shows the counts of free calls, and `free-calls reset` sets those of a user to zero.</summary>
internal static class FreeCallsCommand
{
    public static Command Create(CommandContext context) =>
        new("free-calls", "Shows the free calls that users have made, or gives a user all of them again.")
        {
            CreateList(context), CreateReset(context),
        };

    private static Command CreateList(CommandContext context)
    {
        var json = new Option<bool>("--json") { Description = "One JSON object per line." };
        var command = new Command("list", "Lists the counts of free calls in the ledger, also while a gateway runs.") { json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using LedgerAccess ledger = await LedgerAccess.OpenAsync(context, parsed);
            await using var progress = LedgerProgress.Start(context.Terminal, "Reading");
            var counts = new List<FreeCallLine>();
            await foreach (CounterRecord count in
                new LedgerHistory(progress.Count(ledger.Store)).CountersAsync(RecordKind.FreeCallCount, cancellationToken))
            {
                counts.Add(FreeCallLine.Of(count));
            }

            await progress.EndAsync();
            if (!parsed.GetValue(json))
            {
                context.Terminal.Write(FreeCallLine.Table(counts));
                return ExitCodes.Done;
            }

            counts.ForEach(count => context.Terminal.Output.WriteLine(ReportJson.Write(count)));
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command CreateReset(CommandContext context)
    {
        var address = new Option<string>("--address")
        {
            Description = "The user's address.",
            HelpName = "ADDRESS",
            Required = true,
        };
        var userId = new Option<string?>("--user-id") { Description = "The user's id, if a trusted signer sent one.", HelpName = "ID" };
        var service = new Option<string?>("--service")
        {
            Description = "The service. Default: all of the configuration.",
            HelpName = "NAME",
        };
        var command = new Command(
            "reset",
            "Sets a user's count of free calls to zero. With SQLite the gateway must be stopped (a running one does it by its admin API); "
                + "on a shared store gateways may run.")
        {
            address, userId, service,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string text = parsed.GetRequiredValue(address);
            if (!Address.TryParse(text, out Address user))
            {
                throw new CommandException(ExitCodes.Usage, $"'{text}' is not an address: write 0x and 40 hex digits");
            }

            ConfigurationLoader loader = context.Loader(parsed);
            LedgerSource source = await LedgerSource.LoadAsync(loader);
            if (await context.LoadAsync(loader) is not { } configuration)
            {
                return ExitCodes.Usage;
            }

            GatewayOptions options = configuration.Options;
            string? only = parsed.GetValue(service);
            if (only is not null && !options.Services.ContainsKey(only))
            {
                throw new CommandException(ExitCodes.Usage, $"the service '{only}' is not configured in {ServiceRules.Services}");
            }

            try
            {
                return await ResetAsync(
                    context, source, options, new FreeCallUser(user, parsed.GetValue(userId) ?? ""), only, cancellationToken);
            }
            catch (LedgerInUseException exception)
            {
                throw new CommandException(ExitCodes.Usage, exception.Message);
            }
        });
        return command;
    }

    private static async Task<int> ResetAsync(
        CommandContext context, LedgerSource source, GatewayOptions options, FreeCallUser user, string? service,
        CancellationToken cancellationToken)
    {
        await using ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var metrics = new StorageMetrics(services.GetRequiredService<IMeterFactory>());
        await using IRecordStore store = RecordStores.Open(
            source.Options, source.Scope, metrics, NullLoggerFactory.Instance, TimeProvider.System);
        IReadOnlyList<FreeCallsReset> done = await FreeCallsReset.RunAsync(
            new CounterReset(store, TimeProvider.System), options, user, service, cancellationToken);
        foreach (FreeCallsReset one in done)
        {
            context.Terminal.Output.WriteLine($"{one.Service}: {one.CallsMade} free calls made, now 0");
        }

        return done.Count > 0
            ? ExitCodes.Done
            : throw new CommandException(ExitCodes.Failed, "the ledger has no free calls of this user");
    }
}
