using System.CommandLine;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.PaymentCore;
using SnetGateway.Gateway.Validation;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;
using SnetGateway.Storage;

namespace SnetGateway.Gateway.Cli;

/// <summary>The configured ledger, opened for reading while a gateway may run and own it.</summary>
/// <param name="Store">The store, read-only.</param>
/// <param name="Escrow">The contract of the channels.</param>
/// <param name="Retention">Time that journals are kept; zero: indefinitely.</param>
internal sealed record LedgerAccess(IRecordStore Store, Address Escrow, TimeSpan Retention) : IAsyncDisposable
{
    /// <summary>Keys that are needed to find a ledger. Errors elsewhere in the configuration do not matter to a reader.</summary>
    private static readonly string[] s_needed =
        ["SnetGateway:Chain:ChainId", "SnetGateway:Chain:EscrowAddress", LedgerOptions.Section];

    /// <summary>
    /// Opens it. <paramref name="journals"/> are folders of gateways that share the store; none means this configuration's own.
    /// </summary>
    public static async ValueTask<LedgerAccess> OpenAsync(
        CommandContext context, ParseResult parsed, IReadOnlyList<string>? journals = null)
    {
        ConfigurationLoader loader = context.Loader(parsed);
        ConfigurationResult result = await loader.LoadAsync();
        ConfigurationError? error = result.Errors.FirstOrDefault(
            m => m.Path == loader.Sources.File || s_needed.Any(need => IsAt(m.Path, need)));
        if (error is not null)
        {
            throw new CommandException(ExitCodes.Usage, error.ToString());
        }

        LedgerOptions ledger = result.Options.Ledger;
        if (ledger.Store == "memory")
        {
            throw new CommandException(ExitCodes.Usage, "the ledger is in the memory of the gateway, where no command can read it");
        }

        if (ledger.Store == "sqlite" && journals is { Count: > 0 })
        {
            throw new CommandException(
                ExitCodes.Usage, "--journal is only for the stores etcd and redis: a SQLite ledger contains its journal");
        }

        var scope = new LedgerScope((ulong)result.Options.Chain.ChainId, result.Options.Chain.Escrow);
        return new LedgerAccess(
            RecordStores.OpenToRead(ledger, scope, journals ?? []), scope.Escrow,
            ledger.Store == "sqlite" ? TimeSpan.Zero : ledger.Journal.Retention);
    }

    public ValueTask DisposeAsync() => Store.DisposeAsync();

    private static bool IsAt(string path, string place) =>
        path.Equals(place, StringComparison.OrdinalIgnoreCase) || path.StartsWith(place + ":", StringComparison.OrdinalIgnoreCase);
}
