using System.ComponentModel.DataAnnotations;

namespace SnetGateway.Gateway.Alerts;

/// <summary>When the gateway raises an alert. The hooks of `Log:Hooks` deliver it.</summary>
public sealed class AlertOptions
{
    public const string Section = "SnetGateway:Alerts";

    /// <summary>Names of rules that are off, as `InstanceDown`. Unset: all are on.</summary>
    public string[] Off { get; set; } = [];

    /// <summary>
    /// Time that a problem must last before its alert is raised, 0 to 1 day. Rules that count, as RateLimitStorm, do not wait.
    /// Default 30 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan After { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Time that a problem must be gone before its alert ends, 0 to 1 day. Default 1 minute.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan ResolveAfter { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Time after which an alert that still lasts is sent again, 0 to 30 days. 0: never. Default 4 hours.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "30.00:00:00")]
    public TimeSpan Repeat { get; set; } = TimeSpan.FromHours(4);

    /// <summary>Changes of an instance's health in 10 minutes that raise InstanceFlapping, 2 to 1,000. Default 4.</summary>
    [Range(2, 1_000)]
    public int FlappingChanges { get; set; } = 4;

    /// <summary>Share of the calls of a route, in 5 minutes, whose failure raises ErrorRate, 0.001 to 1. Default 0.05.</summary>
    [Range(0.001, 1.0)]
    public double ErrorShare { get; set; } = 0.05;

    /// <summary>Failed calls of a route in 5 minutes below which ErrorRate is not raised, 1 to 1,000,000. Default 10.</summary>
    [Range(1, 1_000_000)]
    public int ErrorCalls { get; set; } = 10;

    /// <summary>Log events of level Error in 5 minutes that raise ErrorEvents, 1 to 1,000,000. Default 20.</summary>
    [Range(1, 1_000_000)]
    public int ErrorEvents { get; set; } = 20;

    /// <summary>Calls that one limit refuses in a minute that raise RateLimitStorm, 1 to 100,000,000. Default 600.</summary>
    [Range(1, 100_000_000)]
    public int RefusedPerMinute { get; set; } = 600;

    /// <summary>Age of the data of the chain that raises ChainStale, 1 s to 1 day. Unset: half of `Chain:StalenessBound`.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan? ChainAge { get; set; }

    /// <summary>Authorized and not yet claimed cogs that raise ValueAtRisk. Unset: the rule is off.</summary>
    [DataType("cogs")]
    public string? UnclaimedCogs { get; set; }

    /// <summary>
    /// Blocks before the expiry of a channel with unclaimed cogs at which ChannelExpiring is raised, 1 to 10,000,000. Default 5,760, about
    /// a day.
    /// </summary>
    [Range(1, 10_000_000)]
    public int ExpiryBlocks { get; set; } = 5_760;

    /// <summary>
    /// Unclaimed cogs in channels that expire soon, together, below which ChannelExpiring is not raised: what a claim costs more than it
    /// brings. Default 1.
    /// </summary>
    [DataType("cogs"), MinLength(1)]
    public string ExpiringCogs { get; set; } = "1";

    /// <summary>
    /// Time before a certificate expires at which CertificateExpiring is raised, 1 hour to 1,000 days. Unset: a sixth of the certificate's
    /// lifetime.
    /// </summary>
    [Range(typeof(TimeSpan), "01:00:00", "1000.00:00:00")]
    public TimeSpan? CertificateTime { get; set; }

    /// <summary>Alerts that are not sent for a time, by names of your choice.</summary>
    public Dictionary<string, AlertSilenceOptions> Silences { get; set; } = new(StringComparer.Ordinal);
}

/// <summary>Alerts that are not sent until a time.</summary>
public sealed class AlertSilenceOptions
{
    /// <summary>The end, with its offset from UTC, as 2026-12-01T06:00:00Z.</summary>
    [Required, DataType("time")]
    public string Until { get; set; } = "";

    /// <summary>Name of the rule; `*` stands for any characters. Default *.</summary>
    [MinLength(1)]
    public string Alert { get; set; } = "*";

    /// <summary>Subject of the alert, as the name of a service; `*` stands for any characters. Default *.</summary>
    [MinLength(1)]
    public string Subject { get; set; } = "*";
}
