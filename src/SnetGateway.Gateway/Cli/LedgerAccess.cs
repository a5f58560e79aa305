using System.CommandLine;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.PaymentCore;
using SnetGateway.Gateway.Validation;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;
using SnetGateway.Storage;

namespace SnetGateway.Gateway.Cli;

/// <summary>The configured ledger, opened to read: a gateway may run beside and owns it.</summary>
/// <param name="Store">Takes no writes.</param>
/// <param name="Escrow">The contract whose channels they are.</param>
/// <param name="Retention">How long journals are kept; zero for ever.</param>
internal sealed record LedgerAccess(IRecordStore Store, Address Escrow, TimeSpan Retention) : IAsyncDisposable
{
    /// <summary>What of the configuration must be right for a ledger to be found; other errors do not keep anybody from reading it.</summary>
    private static readonly string[] s_needed =
        ["SnetGateway:Chain:ChainId", "SnetGateway:Chain:EscrowAddress", LedgerOptions.Section];

    /// <summary>Opens it. <paramref name="journals"/> are folders of gateways that share the store; none means this configuration's own.</summary>
    public static async ValueTask<LedgerAccess> OpenAsync(CommandContext context, ParseResult parsed, IReadOnlyList<string>? journals = null)
    {
        ConfigurationLoader loader = context.Loader(parsed);
        ConfigurationResult result = await loader.LoadAsync();
        ConfigurationError? error = result.Errors.FirstOrDefault(m => m.Path == loader.Sources.File || s_needed.Any(need => IsAt(m.Path, need)));
        if (error is not null)
        {
            throw new CommandException(ExitCodes.Usage, error.ToString());
        }

        LedgerOptions ledger = result.Options.Ledger;
        if (ledger.Store == "memory")
        {
            throw new CommandException(ExitCodes.Usage, "the ledger is kept in memory: nothing of it can be read from outside the gateway");
        }

        if (ledger.Store == "sqlite" && journals is { Count: > 0 })
        {
            throw new CommandException(ExitCodes.Usage, "--journal is for stores that gateways share: a SQLite ledger holds its journal itself");
        }

        var scope = new LedgerScope((ulong)result.Options.Chain.ChainId, result.Options.Chain.Escrow);
        return new LedgerAccess(RecordStores.OpenToRead(ledger, scope, journals ?? []), scope.Escrow, ledger.Store == "sqlite" ? TimeSpan.Zero : ledger.Journal.Retention);
    }

    public ValueTask DisposeAsync() => Store.DisposeAsync();

    private static bool IsAt(string path, string place) =>
        path.Equals(place, StringComparison.OrdinalIgnoreCase) || path.StartsWith(place + ":", StringComparison.OrdinalIgnoreCase);
}
