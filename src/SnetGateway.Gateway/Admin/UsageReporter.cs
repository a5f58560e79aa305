using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.Reports;
using SnetGateway.Payments.Records;

namespace SnetGateway.Gateway.Admin;

/// <summary>The usage and the prices of the configuration in force, as the commands print them.</summary>
internal sealed class UsageReporter(IRecordStore store, IConfiguration configuration, LiveSnapshot live)
{
    /// <summary>The options in force.</summary>
    private GatewayOptions Options => configuration.GetSection(GatewayOptions.Section).Get<GatewayOptions>() ?? new GatewayOptions();

    /// <summary>The usage of an interval, by the ledger's journal.</summary>
    public UsageExport Usage() => new(store, Options);

    public IReadOnlyList<PriceLine> Prices() => [.. PriceLine.Of(Options.Services, live.Current)];
}
