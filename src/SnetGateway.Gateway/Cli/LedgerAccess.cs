using System.CommandLine;
using SnetGateway.Gateway.PaymentCore;
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
    /// <summary>
    /// Opens it. <paramref name="journals"/> are folders of gateways that share the store; none means this configuration's own.
    /// </summary>
    public static async ValueTask<LedgerAccess> OpenAsync(
        CommandContext context, ParseResult parsed, IReadOnlyList<string>? journals = null)
    {
        LedgerSource source = await LedgerSource.LoadAsync(context.Loader(parsed));
        source.CheckJournals(journals ?? []);
        (LedgerOptions ledger, LedgerScope scope) = source;
        return new LedgerAccess(
            RecordStores.OpenToRead(ledger, scope, journals ?? []), scope.Escrow,
            ledger.Store == "sqlite" ? TimeSpan.Zero : ledger.Journal.Retention);
    }

    public ValueTask DisposeAsync() => Store.DisposeAsync();
}
