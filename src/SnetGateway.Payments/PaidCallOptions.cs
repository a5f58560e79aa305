using System.ComponentModel.DataAnnotations;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments;

/// <summary>Admission and settlement of paid calls.</summary>
public sealed class PaidCallOptions
{
    public const string Section = "SnetGateway:PaidCalls";

    /// <summary>
    /// Calls that may wait while another call of their channel runs, 0 to 1,024. 0 refuses a second call immediately, as the reference
    /// daemon does. Default 16.
    /// </summary>
    [Range(0, 1024)]
    public int MaxWaitingPerChannel { get; set; } = 16;

    /// <summary>Time that a call may wait for another call of its channel, 0 to 5 minutes. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan MaxWait { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Blocks that must remain before a channel's expiration when its payment is written, 0 to 10,000,000. Unset: half of the group's
    /// PaymentExpirationThreshold, which is also the maximum that counts. A call is admitted only with the whole threshold; this value
    /// limits how far a slow call may run into it.
    /// </summary>
    [Range(0, 10_000_000)]
    public int? SettleMarginBlocks { get; set; }

    /// <summary>
    /// Calls per minute that one payer may end before the first byte of the response, 1 to 10,000: it disconnects, lets its deadline pass,
    /// does not send its request, or sends a payment to several replicas. Each may have cost the service its work. Further calls of the
    /// payer are refused for a while. Default 10.
    /// </summary>
    [Range(1, 10_000)]
    public int AbandonedCallsPerMinute { get; set; } = 10;

    /// <summary>
    /// Longest time for which calls of such a payer are refused, 1 s to 1 hour. The first time is 1 s, and each further one is twice as
    /// long. Default 5 minutes.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan MaxPause { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Calls per minute of one payer that services may fail, or answer with an error, before their first message, 1 to 1,000,000. They are
    /// not charged. Further calls of the payer are refused until the minute is over. Default 300.
    /// </summary>
    [Range(1, 1_000_000)]
    public int FailedCallsPerMinute { get; set; } = 300;

    /// <summary>
    /// Time to determine the outcome of a settle that is in doubt before the client gets an error, 1 s to 1 minute. Default 5 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan UnknownOutcomeLimit { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Time that a service may take until the first byte of its response, 0 to 1 day. 0: unlimited. Default 100 s. A client's own deadline
    /// applies too. A service's own `ServiceTimeout` replaces this value.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan ServiceTimeout { get; set; } = TimeSpan.FromSeconds(100);

    /// <summary>
    /// Amount in cogs that one channel may be charged beyond its confirmed funds, 0 to 2^256-1, as a number or as text. Unset: no limit.
    /// Funds are confirmed `SnetGateway:Chain:FinalityDepth` blocks after this gateway first saw them. For operators who serve large calls
    /// on fresh deposits.
    /// </summary>
    [DataType("cogs")]
    public string? UnconfirmedExposure { get; set; }

    /// <summary>
    /// If true, signatures of frequent signers are verified by precomputed tables, in a third of the time. If false, libsecp256k1 verifies
    /// every signature. Has no effect on processors without AVX2. Default true.
    /// </summary>
    public bool FastSignatures { get; set; } = true;

    /// <summary>The same as a number, or null for no cap. Only for validated options.</summary>
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
