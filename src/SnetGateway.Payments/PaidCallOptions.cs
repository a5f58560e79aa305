using System.ComponentModel.DataAnnotations;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments;

/// <summary>How paid calls are judged, and how long one may wait for its channel.</summary>
public sealed class PaidCallOptions
{
    public const string Section = "SnetGateway:PaidCalls";

    /// <summary>
    /// Calls that may wait for the one that runs on their channel, 0 to 1,024. Default 16. 0 refuses a second call at once, as the reference
    /// daemon does.
    /// </summary>
    [Range(0, 1024)]
    public int MaxWaitingPerChannel { get; set; } = 16;

    /// <summary>How long a call waits for its channel, 0 to 5 minutes. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan MaxWait { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Blocks that a channel must still have to live in the moment its payment is written, 0 to 10,000,000. Unset: half the group's
    /// expiration threshold, which is also the most that counts. A call is admitted by the whole threshold; this bounds how far a slow call
    /// may run into it.
    /// </summary>
    [Range(0, 10_000_000)]
    public int? SettleMarginBlocks { get; set; }

    /// <summary>
    /// Calls a minute that one payer may leave before their first byte, 1 to 10,000, before the payer is made to pause. Default 10. Each such
    /// call may have cost the service its work.
    /// </summary>
    [Range(1, 10_000)]
    public int AbandonedCallsPerMinute { get; set; } = 10;

    /// <summary>Longest pause of a payer who leaves calls, 1 s to 1 hour. Default 5 minutes. The first is 1 s, and each further one doubles.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan MaxPause { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a settle without an answer is looked into before the client is told, 1 s to 1 minute. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan UnknownOutcomeLimit { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a service may take to the first byte of its answer, 0 to 1 day. Default 100 s; 0 is for ever. Holds beside a client's own
    /// deadline. A service's own `ServiceTimeout` goes before it.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan ServiceTimeout { get; set; } = TimeSpan.FromSeconds(100);

    /// <summary>
    /// Cogs that one channel may sign for beyond its confirmed funds, 0 to 2^256-1, as digits or as text. Unset: no cap. Funds are confirmed
    /// `SnetGateway:Chain:FinalityDepth` blocks after this gateway first saw them. For those who serve on large fresh deposits.
    /// </summary>
    public string? UnconfirmedExposure { get; set; }

    /// <summary>
    /// Whether signatures of signers who pay often are checked by precomputed tables, in a third of the time. Default true; false leaves every
    /// signature to libsecp256k1. Without effect on processors without AVX2.
    /// </summary>
    public bool FastSignatures { get; set; } = true;

    /// <summary>The same as a number, or null for no cap. Only for options that were validated.</summary>
    internal UInt256? ExposureCap => UnconfirmedExposure is { Length: > 0 } cogs ? UInt256.Parse(cogs) : null;
}

/// <summary>The options of paid calls that are in force, replaced as a whole when the configuration changes.</summary>
public sealed class LivePaidCallOptions(PaidCallOptions options)
{
    private volatile PaidCallOptions _current = options;

    public PaidCallOptions Current
    {
        get => _current;
        set => _current = value;
    }
}
