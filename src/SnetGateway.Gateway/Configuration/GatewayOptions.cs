using SnetGateway.Ethereum;
using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.Backends.Processes;
using SnetGateway.Gateway.Limits;
using SnetGateway.Gateway.Listeners;
using SnetGateway.Gateway.Web;
using SnetGateway.Payments;
using SnetGateway.Storage;

namespace SnetGateway.Gateway.Configuration;

/// <summary>
/// The whole `SnetGateway` section. To add a setting: write the property with its default, its range and its documentation into the class of
/// its section; the schema, the check of unknown keys and the binding follow from it. Then run the tests with SNET_UPDATE_FILES=1, which
/// writes `appsettings/full.json` and the table in `docs/configuration.md` anew.
/// </summary>
public sealed class GatewayOptions
{
    public const string Section = "SnetGateway";

    /// <summary>Where the gateway listens.</summary>
    public ListenerOptions Listeners { get; set; } = new();

    /// <summary>The chain, and through whom it is read.</summary>
    public ChainOptions Chain { get; set; } = new();

    /// <summary>Where payments are booked.</summary>
    public LedgerOptions Ledger { get; set; } = new();

    /// <summary>Who is paid: organisations' groups, by a key of your choice.</summary>
    public Dictionary<string, GroupOptions> Groups { get; set; } = new(StringComparer.Ordinal);

    /// <summary>What is sold: services by the name that routes use.</summary>
    public Dictionary<string, ServiceOptions> Services { get; set; } = new(StringComparer.Ordinal);

    /// <summary>How paid calls are judged.</summary>
    public PaidCallOptions PaidCalls { get; set; } = new();

    /// <summary>How services are reached.</summary>
    public BackendOptions Backends { get; set; } = new();

    /// <summary>What pages in browsers may do.</summary>
    public WebOptions Web { get; set; } = new();

    /// <summary>Services that are programs.</summary>
    public ProcessOptions Processes { get; set; } = new();

    /// <summary>How much clients and services may send.</summary>
    public LimitOptions Limits { get; set; } = new();
}
