using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using SnetGateway.Gateway.PaymentCore;
using SnetGateway.Payments.Pauses;
using SnetGateway.Payments.Records;
using SnetGateway.Storage;

namespace SnetGateway.Gateway.Cli;

/// <summary>
/// `ledger accept`: a gateway may start on a ledger that knows less than the one used last, such as a restored one, with all services
/// paused. So its amounts can be claimed, which ends the nonces of the channels, before a consumer can pay with the same signatures again.
/// </summary>
internal static class LedgerAcceptCommand
{
    public static Command Create(CommandContext context)
    {
        var command = new Command(
            "accept",
            "Has a gateway start on a ledger that knows less than the one used last, with all services paused, so that what it holds can "
                + "be claimed before they are resumed. Stop all gateways first.");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            LedgerSource ledger = await LedgerSource.LoadAsync(context.Loader(parsed));
            string[] files = [.. LastLedger.FindFiles(ledger.Options, ledger.Scope)];
            if (files.Length == 0)
            {
                string folders = string.Join(" and ", LastLedger.Folders(ledger.Options));
                throw new CommandException(
                    ExitCodes.Usage, $"no file in {folders} names a ledger that was used before: a gateway starts on any");
            }

            await ledger.CheckIdleAsync();
            try
            {
                await PauseAsync(ledger, cancellationToken);
            }
            catch (LedgerInUseException exception)
            {
                throw new CommandException(ExitCodes.Usage, exception.Message);
            }

            Array.ForEach(files, File.Delete); // last: until then a gateway refuses to start
            context.Terminal.Output.WriteLine(
                $"{ledger.Place}: all services are paused, and {string.Join(" and ", files)} deleted. Start the gateway, claim what the "
                + "channels hold (`claims run`), and when the claims are final, `resume --all`.");
            return ExitCodes.Done;
        });
        return command;
    }

    private static async Task PauseAsync(LedgerSource ledger, CancellationToken cancellationToken)
    {
        await using ServiceProvider services = new ServiceCollection().AddMetrics().AddSingleton<StorageMetrics>().BuildServiceProvider();
        await using IRecordStore store = RecordStores.Open(
            ledger.Options, ledger.Scope, services.GetRequiredService<StorageMetrics>(), NullLoggerFactory.Instance, TimeProvider.System);
        await new PauseBook(store, new PauseSwitch(), TimeProvider.System).PauseAsync(PauseSet.All, cancellationToken);
    }
}
