using SnetGateway.Gateway.Hooks;

namespace SnetGateway.Gateway.Alerts;

/// <summary>A kind of alert. Each has a section in docs/alerts.md.</summary>
/// <param name="Name">Its name in alerts, in the configuration and in docs/alerts.md.</param>
/// <param name="Severity">As <see cref="HookAlert.Severity"/>.</param>
/// <param name="Remedy">What the operator does, in a sentence.</param>
internal sealed record AlertRule(string Name, string Severity, string Remedy)
{
    public static AlertRule ServiceDown { get; } = Critical("ServiceDown", "Start an instance of the service, or correct its address.");

    public static AlertRule InstanceDown { get; } = Warning("InstanceDown", "Start the instance, or remove it from its cluster.");

    public static AlertRule InstanceFlapping { get; } = Warning(
        "InstanceFlapping", "Look for restarts or overload of the instance, or for a health check with too short a timeout.");

    public static AlertRule ErrorRate { get; } = Warning("ErrorRate", "Read the log of the service and of the gateway.");

    public static AlertRule ErrorEvents { get; } = Warning("ErrorEvents", "Read the gateway's log; docs/events.md has each event.");

    public static AlertRule StoreFailing { get; } = Critical("StoreFailing", "Free the disk, or repair the store of the ledger.");

    public static AlertRule PaymentsNotRecorded { get; } = Critical("PaymentsNotRecorded", "Check the store of the ledger and its disk.");

    public static AlertRule LedgerIncomplete { get; } = Critical("LedgerIncomplete", "Run `snet-gateway ledger verify`.");

    public static AlertRule LedgerMismatch { get; } = Critical(
        "LedgerMismatch", "Stop the other gateway of the group, or restore the newest ledger.");

    public static AlertRule ReorganisationLoss { get; } = Critical(
        "ReorganisationLoss", "Read events 4022 and 3004, and raise Chain:Confirmations if it repeats.");

    public static AlertRule ChainStale { get; } = Critical("ChainStale", "Check the endpoints of Chain:Endpoints, or add another.");

    public static AlertRule ChainUnreachable { get; } = Warning(
        "ChainUnreachable", "Check the endpoints of Chain:Endpoints, or add another.");

    public static AlertRule ValueAtRisk { get; } = Warning("ValueAtRisk", "Claim the channels.");

    public static AlertRule ChannelExpiring { get; } = Critical("ChannelExpiring", "Claim these channels before they expire.");

    public static AlertRule FundsTakenBack { get; } = Critical(
        "FundsTakenBack", "Claim earlier: let the gateway claim, or act on ChannelExpiring. Event 3018 has each channel.");

    public static AlertRule CertificateExpiring { get; } = Warning(
        "CertificateExpiring", "Replace the certificate's files, or see event 1028 for why it is not renewed.");

    public static AlertRule PayeeHeld { get; } = Critical(
        "PayeeHeld", "If the address is yours, run `snet-gateway registry confirm-payee`; if not, secure the organisation's key.");

    public static AlertRule RateLimitStorm { get; } = Warning(
        "RateLimitStorm", "Find the caller in event 2101; raise the limit if it is honest.");

    public static IReadOnlyList<AlertRule> All { get; } =
    [
        ServiceDown, InstanceDown, InstanceFlapping, ErrorRate, ErrorEvents, StoreFailing, PaymentsNotRecorded, LedgerIncomplete,
        LedgerMismatch, ReorganisationLoss, ChainStale, ChainUnreachable, ValueAtRisk, ChannelExpiring, FundsTakenBack,
        CertificateExpiring, PayeeHeld, RateLimitStorm,
    ];

    private static AlertRule Critical(string name, string remedy) => new(name, HookAlert.Critical, remedy);

    private static AlertRule Warning(string name, string remedy) => new(name, HookAlert.Warning, remedy);
}
