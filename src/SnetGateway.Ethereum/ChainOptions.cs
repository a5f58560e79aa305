using System.ComponentModel.DataAnnotations;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum;

/// <summary>The blockchain, the nodes through which it is read, and how often they are asked.</summary>
public sealed class ChainOptions
{
    public const string Section = "SnetGateway:Chain";

    /// <summary>
    /// JSON-RPC URLs of Ethereum nodes, http or https, in order of preference: the first one that works is used. Keys in a URL are secrets
    /// and never logged. A user name and password in a URL are sent as HTTP Basic authentication.
    /// </summary>
    [Required, MinLength(1), DataType("url")]
    public IList<string> Endpoints { get; set; } = [];

    /// <summary>
    /// Chain id that every endpoint must report: 1 is the main network, 11155111 is Sepolia. No default, because payment signatures do not
    /// contain it.
    /// </summary>
    [Required, Range(1, long.MaxValue)]
    public long ChainId { get; set; }

    /// <summary>Address of the MultiPartyEscrow contract: 0x and 40 hex digits. Every endpoint must have code at this address.</summary>
    [Required, DataType("address")]
    public string EscrowAddress { get; set; } = "";

    /// <summary>
    /// Interval at which the newest block is read while calls come, 100 ms to 1 minute. After a minute without a call it is read each 15 s,
    /// and immediately when a call comes. Default 1 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Time that one request may take before the next endpoint is used, 100 ms to 1 minute. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Requests to the node per second that read channels, 2 to 10,000; each reads up to 100 channels. Half of them are reserved for
    /// payments that a party of the channel signed. Default 20.
    /// </summary>
    [Range(2, 10_000)]
    public int ReadsPerSecond { get; set; } = 20;

    /// <summary>
    /// Calls that may wait for a read of the chain; unauthenticated callers get half of the places. Not a setting: it bounds memory, and
    /// <see cref="ReadsPerSecond"/> is what limits the load of the node.
    /// </summary>
    internal int MaxWaitingReads { get; set; } = 4_096;

    /// <summary>
    /// Blocks whose events are read after the chain was not read for a while: three weeks of the main network. After a longer gap every
    /// channel is read again at its next call instead. Not a setting: both ways give the same result.
    /// </summary>
    internal int MaxLogGapBlocks { get; set; } = 150_000;

    /// <summary>
    /// Channels are read at the block this many blocks below the newest one, 0 to 64, so that a fresh deposit must be confirmed before it
    /// counts. A claim counts as soon as it is seen. Default 0.
    /// </summary>
    [Range(0, 64)]
    public int Confirmations { get; set; }

    /// <summary>
    /// Time without a new block after which an endpoint counts as stalled and the next is used, 0 to 1 hour; the data counts as old as the
    /// endpoint's newest block. 0 disables the check, and the check that a new head is not further ahead than time allows, as development
    /// chains need. Default 1 minute, and 0 for the chain ids 1337 and 31337.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan? MaxBlockPause { get; set; }

    /// <summary>
    /// Time that channels may be used without a successful read of the chain, 0 to 1 day. Longer: more calls are served during an outage of
    /// the endpoints, and a claim is noticed later. Default 10 minutes.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan StalenessBound { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Depth in blocks from which a block is expected to stay in the chain, 1 to 4,096. Block hashes are kept that far back to detect
    /// reorganisations, and funds count as confirmed from there. Default 64.
    /// </summary>
    [Range(1, 4_096)]
    public int FinalityDepth { get; set; } = 64;

    /// <summary>The time without a new block after which an endpoint counts as stalled; null where the check is disabled.</summary>
    internal TimeSpan? BlocksAreDueAfter =>
        (MaxBlockPause ?? (ChainId is 1337 or 31337 ? TimeSpan.Zero : TimeSpan.FromMinutes(1))) is var pause && pause > TimeSpan.Zero
            ? pause
            : null;

    /// <summary>Whether there is a chain. A gateway whose routes are all without payment needs none.</summary>
    public bool IsConfigured => ChainId != 0;

    /// <summary>The escrow contract; zero without a chain. Only for validated options.</summary>
    public Address Escrow => IsConfigured ? Address.Parse(EscrowAddress) : default;
}
