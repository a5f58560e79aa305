using Microsoft.Extensions.Options;
using SnetGateway.Ethereum;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.Reports;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Counters;
using SnetGateway.Payments.FreeCalls;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;
using SnetGateway.Storage;

namespace SnetGateway.Gateway.Admin;

/// <summary>Verifies the ledger, and gives users their free calls again, while this gateway runs.</summary>
internal sealed class LedgerControl(
    IRecordStore store, CounterBook counters, ISignerRecovery recovery, ChainOptions chain, IOptions<LedgerOptions> ledger,
    IConfiguration configuration, TimeProvider time)
{
    private const int MaxFindings = 1_000;

    /// <summary>As `ledger verify`. On stores that gateways share the journal of this one only.</summary>
    public Task<LedgerCheck> VerifyAsync(CancellationToken cancellationToken) => LedgerCheck.RunAsync(
        store, recovery, chain.Escrow, ledger.Value.Store == "sqlite" ? TimeSpan.Zero : ledger.Value.Journal.Retention, MaxFindings,
        cancellationToken);

    /// <summary>As `free-calls reset`.</summary>
    public Task<IReadOnlyList<FreeCallsReset>> ResetAsync(
        Address user, string userId, string? service, CancellationToken cancellationToken) => FreeCallsReset.RunAsync(
        new CounterReset(store, time, counters),
        configuration.GetSection(GatewayOptions.Section).Get<GatewayOptions>() ?? new GatewayOptions(),
        new FreeCallUser(user, userId), service, cancellationToken);
}

/// <summary>Whose free calls are to be set to zero.</summary>
/// <param name="Address">The user.</param>
/// <param name="UserId">The user's id, if a trusted signer sent one.</param>
/// <param name="Service">The service; null for all.</param>
internal sealed record FreeCallsResetRequest(string Address, string? UserId = null, string? Service = null);
