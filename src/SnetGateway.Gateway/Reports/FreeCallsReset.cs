using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Payments.Counters;
using SnetGateway.Payments.FreeCalls;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Records;

namespace SnetGateway.Gateway.Reports;

/// <summary>A user's free calls that were set to zero.</summary>
/// <param name="Service">The configured service.</param>
/// <param name="CallsMade">How many the user had made.</param>
internal sealed record FreeCallsReset(string Service, string CallsMade)
{
    /// <summary>
    /// Sets a user's counts to zero, each service's of the configuration or one. Returns those that the ledger had. Throws
    /// <see cref="StoreUnavailableException"/> or <see cref="LedgerFormatException"/>.
    /// </summary>
    /// <param name="reset">Writes the ledger.</param>
    /// <param name="options">The configuration.</param>
    /// <param name="user">The user.</param>
    /// <param name="service">The service; null for all.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    public static async Task<IReadOnlyList<FreeCallsReset>> RunAsync(
        CounterReset reset, GatewayOptions options, FreeCallUser user, string? service, CancellationToken cancellationToken)
    {
        var done = new List<FreeCallsReset>();
        foreach ((string name, ServiceOptions one) in options.Services.Where(one => service is null || one.Key == service))
        {
            GroupOptions group = options.Groups[one.Group];
            RecordKey key = user.CounterKey(FreeCallOffer.QuotaIdsOf(group.OrganizationId, one.ServiceId, group.GroupId));
            if (await reset.RunAsync(key, cancellationToken) is { } made)
            {
                done.Add(new FreeCallsReset(name, made.ToString()));
            }
        }

        return done;
    }
}
