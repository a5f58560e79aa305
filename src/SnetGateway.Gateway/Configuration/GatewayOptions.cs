using System.ComponentModel.DataAnnotations;
using SnetGateway.Ethereum;
using SnetGateway.Gateway.Acme;
using SnetGateway.Gateway.Alerts;
using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.Backends.Processes;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.Claims;
using SnetGateway.Gateway.Control.Remote;
using SnetGateway.Gateway.Limits;
using SnetGateway.Gateway.Listeners;
using SnetGateway.Gateway.Logging;
using SnetGateway.Gateway.Prepaid;
using SnetGateway.Gateway.ServiceMetadata;
using SnetGateway.Gateway.Telemetry;
using SnetGateway.Gateway.Validation;
using SnetGateway.Gateway.Web;
using SnetGateway.Payments;
using SnetGateway.Storage;

namespace SnetGateway.Gateway.Configuration;

/// <summary>
/// The whole `SnetGateway` section. To add a setting: write the property with its default, its range and its documentation into the class
/// of its section; the schema, the validation and the binding follow from it. Mark it <see cref="LiveAttribute"/> where a reload takes
/// effect. Then run the tests with SNET_UPDATE_FILES=1, which updates `appsettings/` and `docs/configuration.md`.
/// </summary>
public sealed class GatewayOptions
{
    public const string Section = "SnetGateway";

    /// <summary>Addresses and certificates of the two listeners.</summary>
    public ListenerOptions Listeners { get; set; } = new();

    /// <summary>The authority that issues the certificates of `Listeners:Public:Domains`, by ACME (RFC 8555).</summary>
    public AcmeOptions Acme { get; set; } = new();

    /// <summary>The blockchain, and the nodes through which it is read.</summary>
    public ChainOptions Chain { get; set; } = new();

    /// <summary>The Registry contract and IPFS, from which the metadata of services with an `OrganizationId` comes.</summary>
    [Live]
    public RegistryOptions Registry { get; set; } = new();

    /// <summary>The store of the payments.</summary>
    public LedgerOptions Ledger { get; set; } = new();

    /// <summary>Groups of organisations, which are paid, by names of your choice.</summary>
    [Live]
    public Dictionary<string, GroupOptions> Groups { get; set; } = new(StringComparer.Ordinal);

    /// <summary>Services that are paid for, by the names that routes use in `Metadata:Service`.</summary>
    [Live]
    public Dictionary<string, ServiceOptions> Services { get; set; } = new(StringComparer.Ordinal);

    /// <summary>
    /// The only addresses that may pay for calls, use free calls or request a token for them, for services on a development network that
    /// are not public yet. Unset: everyone. An empty list is refused, and so is any list on the main network (chain id 1).
    /// </summary>
    [DataType("address")]
    public string[]? AllowedUsers { get; set; }

    /// <summary>Admission and settlement of paid calls.</summary>
    [Live]
    public PaidCallOptions PaidCalls { get; set; } = new();

    /// <summary>Prepaid calls: consumers sign a larger total once and make concurrent calls with a token.</summary>
    public PrepaidOptions Prepaid { get; set; } = new();

    /// <summary>Claims that the gateway itself sends to the contract.</summary>
    public ClaimOptions Claims { get; set; } = new();

    /// <summary>Connections to the services, and how their calls are translated.</summary>
    public BackendOptions Backends { get; set; } = new();

    /// <summary>Calls from web pages.</summary>
    [Live]
    public WebOptions Web { get; set; } = new();

    /// <summary>Services that are programs: one is started per call.</summary>
    [Live]
    public ProcessOptions Processes { get; set; } = new();

    /// <summary>Metrics and traces for monitoring systems. Metrics are also at `/metrics` on the admin listener.</summary>
    public TelemetryOptions Telemetry { get; set; } = new();

    /// <summary>Log files and hooks. Levels and the console are in the `Logging` section of ASP.NET.</summary>
    public LogOptions Log { get; set; } = new();

    /// <summary>Remote control by the operator's signature, as the reference daemon has it.</summary>
    public RemoteControlOptions RemoteControl { get; set; } = new();

    /// <summary>Alerts: when they are raised, and which are not sent. The hooks of `Log` deliver them.</summary>
    [Live]
    public AlertOptions Alerts { get; set; } = new();

    /// <summary>Sizes of messages, number and age of connections, rates and budgets of calls, and shutdown.</summary>
    public LimitOptions Limits { get; set; } = new();
}
