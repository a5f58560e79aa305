using System.CommandLine;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.PaymentCore;
using SnetGateway.Payments.Ledger;
using SnetGateway.Payments.Records;
using SnetGateway.Storage;

namespace SnetGateway.Gateway.Cli;

/// <summary>`ledger copy`: copies another ledger into the configured one, and compares the two afterwards.</summary>
internal static class LedgerCopyCommand
{
    /// <param name="context">The terminal and the configuration.</param>
    /// <param name="journal">The folders of the source's journals.</param>
    public static Command Create(CommandContext context, Option<string[]> journal)
    {
        var from = new Option<string?>("--from")
        {
            Description = "Configuration file that names the ledger to copy. Default: the ledger that the gateway used last.",
            HelpName = "FILE",
        };
        var command = new Command(
            "copy",
            "Copies another ledger with its journal into the configured one, and verifies the copy. Stop all gateways first. Run it again "
                + "if it was interrupted.") { from };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            ConfigurationLoader loader = context.Loader(parsed);
            LedgerSource target = await LedgerSource.LoadAsync(loader);
            LedgerSource source = parsed.GetValue(from) is { } file
                ? await LedgerSource.LoadAsync(new ConfigurationLoader(new ConfigurationSources(file, [])))
                : LastUsed(target, await LedgerSource.LoadAsync(loader));
            if (source.Scope != target.Scope)
            {
                throw new CommandException(ExitCodes.Usage, "the two configurations name different chains or contracts");
            }

            string[] journals = parsed.GetValue(journal) ?? [];
            source.CheckJournals(journals);
            if (source.Place.IsSameAs(target.Place))
            {
                throw new CommandException(ExitCodes.Usage, $"the source and the target are the same ledger: {target.Place}");
            }

            await source.CheckIdleAsync();
            await target.CheckIdleAsync();
            try
            {
                return await CopyAsync(context, source, target, journals, cancellationToken);
            }
            catch (LedgerInUseException exception)
            {
                throw new CommandException(ExitCodes.Usage, exception.Message);
            }
        });
        return command;
    }

    /// <summary>The ledger used last, with the credentials of the configuration.</summary>
    private static LedgerSource LastUsed(LedgerSource target, LedgerSource configured)
    {
        LedgerPlace[] places =
        [
            .. LastLedger.FindAll(target.Options, target.Scope).Select(last => last.Ledger).DistinctBy(place => place.ToString())
                .Where(place => !place.IsSameAs(target.Place)),
        ];
        if (places.Length != 1)
        {
            string folders = string.Join(" and ", LastLedger.Folders(target.Options));
            throw new CommandException(ExitCodes.Usage, places.Length == 0
                ? $"no file in {folders} names another ledger that was used before; name its configuration with --from FILE"
                : $"files in {folders} name several ledgers: {string.Join("; ", places.AsEnumerable())}. Name the configuration of the one "
                    + "to copy with --from FILE");
        }

        places[0].WriteTo(configured.Options);
        return configured;
    }

    private static async Task<int> CopyAsync(
        CommandContext context, LedgerSource source, LedgerSource target, IReadOnlyList<string> journals,
        CancellationToken cancellationToken)
    {
        await using ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var metrics = new StorageMetrics(services.GetRequiredService<IMeterFactory>());
        await using IRecordStore from = OpenSource(source, journals, metrics);
        LedgerCopyResult copied;
        await using (IRecordStore to = RecordStores.Open(
            target.Options, target.Scope, metrics, NullLoggerFactory.Instance, TimeProvider.System))
        {
            await using var progress = LedgerProgress.Start(context.Terminal, "Copying");
            copied = await CopyAsync(
                await progress.CountAllAsync(from, passes: 1, cancellationToken), to, target, metrics, cancellationToken);
        }

        LedgerComparisonResult compared = await CompareAsync(context, source, target, from, copied, cancellationToken);
        foreach (string channel in copied.Different)
        {
            context.Terminal.Error.WriteLine(
                $"{NameOf(channel)}: not copied, because both ledgers served it independently. Claim what each of them holds.");
        }

        foreach (string channel in compared.Differences)
        {
            context.Terminal.Error.WriteLine(
                $"{NameOf(channel)}: differs after the copy. Stop every gateway on the two ledgers, and copy again.");
        }

        string newer = copied.Newer.Count == 0 ? "" : $", {copied.Newer.Count} kept because the target's are newer";
        string faults = compared.Faults == 0 ? "" : $", {compared.Faults} faults as in the source (`ledger verify` names them)";
        string counters = copied.Counters == 0 ? "" : $", {copied.Counters} plans and counts of free calls";
        long failed = copied.Different.Count + compared.Differences.Count;
        context.Terminal.Output.WriteLine(
            $"{source.Place} to {target.Place}: {copied.Written} of {copied.Channels} channels{counters} and {copied.EntriesWritten} "
            + $"entries written{newer}; compared: {compared.Channels} channels, {compared.Entries} entries, {compared.Delivered} cogs "
            + $"delivered{faults}, "
            + (failed == 0 ? "all equal" : $"{failed} channels differ"));
        return failed == 0 ? ExitCodes.Done : ExitCodes.Failed;
    }

    private static async Task<LedgerComparisonResult> CompareAsync(
        CommandContext context, LedgerSource source, LedgerSource target, IRecordStore from, LedgerCopyResult copied,
        CancellationToken cancellationToken)
    {
        await using IRecordStore copy = RecordStores.OpenToRead(target.Options, target.Scope, []);
        await using var progress = LedgerProgress.Start(context.Terminal, "Comparing");
        var comparison = new LedgerComparison(
            await progress.CountAllAsync(from, passes: 2, cancellationToken),
            await progress.CountAllAsync(copy, passes: 1, cancellationToken), new SignerRecovery(), target.Scope.Escrow,
            TimeProvider.System, source.Options.Journal.Retention);
        return await comparison.RunAsync(copied.Newer.Union(copied.Different).ToHashSet(), cancellationToken);
    }

    /// <summary>A channel by its id; a counter has its name.</summary>
    private static string NameOf(string record) => char.IsAsciiDigit(record[0]) ? $"channel {record}" : record;

    private static async Task<LedgerCopyResult> CopyAsync(
        IRecordStore from, IRecordStore to, LedgerSource target, StorageMetrics metrics, CancellationToken cancellationToken)
    {
        if (!to.IsShared)
        {
            using var copy = new LedgerCopy(from, to, to, append: null);
            return await copy.RunAsync(cancellationToken);
        }

        await using IRecordStore journal = RecordStores.OpenToRead(target.Options, target.Scope, []);
        await using var appender = new JournalAppender(target.Options.Journal, target.Scope, metrics);
        using var copyToShared = new LedgerCopy(from, to, journal, appender.AppendAsync);
        LedgerCopyResult copied = await copyToShared.RunAsync(cancellationToken);
        await appender.FlushAsync(cancellationToken);
        return copied;
    }

    /// <summary>A SQLite source is opened as its owner, so that no gateway can write to it during the copy.</summary>
    private static IRecordStore OpenSource(LedgerSource source, IReadOnlyList<string> journals, StorageMetrics metrics)
    {
        if (source.Options.Store != "sqlite")
        {
            return RecordStores.OpenToRead(source.Options, source.Scope, journals);
        }

        return File.Exists(source.Options.Path)
            ? RecordStores.Open(source.Options, source.Scope, metrics, NullLoggerFactory.Instance, TimeProvider.System)
            : throw new CommandException(ExitCodes.Failed, $"the ledger file {source.Options.Path} does not exist");
    }
}
