using System.ComponentModel.DataAnnotations;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum;

/// <summary>Which chain is followed, through whom, and how much may be asked of them.</summary>
public sealed class ChainOptions
{
    public const string Section = "SnetGateway:Chain";

    /// <summary>
    /// JSON-RPC URLs, http or https, one or more, in order of preference: the first that works is asked. Keys in them are secrets and are never
    /// logged; a user name and password before the host are sent as HTTP Basic authentication.
    /// </summary>
    [Required, MinLength(1)]
    public IList<string> Endpoints { get; set; } = [];

    /// <summary>`eth_chainId` that every endpoint must answer. 1 is the main network, 11155111 Sepolia. No default: signatures carry no chain id.</summary>
    [Range(1, long.MaxValue)]
    public long ChainId { get; set; }

    /// <summary>Address of the MultiPartyEscrow contract, 0x and 40 hex digits. Every endpoint must have code there.</summary>
    [Required]
    public string EscrowAddress { get; set; } = "";

    /// <summary>How often the head is asked for, 100 ms to 1 minute. Default 1 second.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long one request may take before its endpoint is set aside, 100 ms to 1 minute. Default 5 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Channels that may be read in a second, 2 to 10,000. Half of it is kept for payments signed by a channel's own parties. Default 20.</summary>
    [Range(2, 10_000)]
    public int ReadsPerSecond { get; set; } = 20;

    /// <summary>Calls that may wait for a read at a time, 2 to 100,000; strangers get half of the places. Default 256.</summary>
    [Range(2, 100_000)]
    public int MaxWaitingReads { get; set; } = 256;

    /// <summary>Blocks that are made up for by their logs after a pause; a longer gap has every channel read again at its next call. 0 to 1,000,000. Default 5,000.</summary>
    [Range(0, 1_000_000)]
    public int MaxLogGapBlocks { get; set; } = 5_000;

    /// <summary>Blocks between the head and the block at which channels are read, 0 to 64. A claim counts as soon as it is seen, whatever this says. Default 0.</summary>
    [Range(0, 64)]
    public int Confirmations { get; set; }

    /// <summary>
    /// How long the chain may make no block, up to 1 hour, before the other endpoints are asked whether they know of one; what was read is
    /// then as old as that block. 0: for ever, as on development chains. Default: 1 minute, and 0 for the chain ids 1337 and 31337.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan? MaxBlockPause { get; set; }

    /// <summary>How long known channels go on when the chain cannot be read, 0 to 1 day. Default 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan StalenessBound { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Blocks after which nothing is expected to be undone, 1 to 4,096: how far back block hashes are kept, and when funds count as confirmed. Default 64.</summary>
    [Range(1, 4_096)]
    public int FinalityDepth { get; set; } = 64;

    /// <summary>The pause between blocks that is too long, or null where none is.</summary>
    internal TimeSpan? BlocksAreDueAfter =>
        (MaxBlockPause ?? (ChainId is 1337 or 31337 ? TimeSpan.Zero : TimeSpan.FromMinutes(1))) is var pause && pause > TimeSpan.Zero ? pause : null;

    /// <summary>The escrow contract. Only for options that were validated.</summary>
    public Address Escrow => Address.Parse(EscrowAddress);
}
