using System.Numerics;
using System.Text.Json;

namespace SnetGateway.TestKit.Market;

/// <summary>The result of one call, as its client saw it.</summary>
public sealed record CallReport
{
    /// <summary>Its index in the job, from 0.</summary>
    public int Call { get; init; }

    /// <summary>The signed amount, in cogs; null when the call was not paid.</summary>
    public BigInteger? Amount { get; init; }

    /// <summary>The status code.</summary>
    public int Code { get; init; }

    /// <summary>The status text; some clients report OK when none was sent.</summary>
    public string Details { get; init; } = string.Empty;

    /// <summary>The response messages in protobuf's JSON form.</summary>
    public IReadOnlyList<JsonElement> Messages { get; init; } = [];

    /// <summary>Values by key, those of -bin in base64; null when the client reports that there were no headers.</summary>
    public IReadOnlyDictionary<string, string[]>? InitialMetadata { get; init; }

    /// <summary>Values by key, those of -bin in base64. For a response without separate headers they may include these.</summary>
    public IReadOnlyDictionary<string, string[]>? Trailers { get; init; }

    /// <summary>Milliseconds until the first message; null without one.</summary>
    public int? FirstMessageMs { get; init; }

    /// <summary>Milliseconds until the status.</summary>
    public int ElapsedMs { get; init; }

    /// <summary>The channel's state as returned by the gateway; null unless the job requested it.</summary>
    public ChannelStateReport? State { get; init; }

    /// <summary>What the gateway said of the user's free calls; null unless the job only asked for them.</summary>
    public FreeCallReport? FreeCalls { get; init; }

    /// <summary>The token that was issued; null unless the job only requested it.</summary>
    public PrepaidReport? Prepaid { get; init; }

    /// <summary>The texts in the responses of the example service.</summary>
    public IEnumerable<string> Texts =>
        Messages.Select(message => message.TryGetProperty("text", out JsonElement text) ? text.GetString()! : string.Empty);
}

/// <summary>A channel's state as returned by the state service; missing values are null.</summary>
public sealed record ChannelStateReport(
    BigInteger? Nonce, BigInteger? SignedAmount, string? Signature, BigInteger? OldNonceSignedAmount, string? OldNonceSignature,
    BigInteger? Credit);

/// <summary>The answers of the free-call service.</summary>
/// <param name="Token">The token as hex; empty without one.</param>
/// <param name="ExpirationBlock">Its last block.</param>
/// <param name="Available">Calls that are left.</param>
public sealed record FreeCallReport(string Token, BigInteger ExpirationBlock, BigInteger Available);

/// <summary>The answer of the token service.</summary>
/// <param name="Token">The token.</param>
/// <param name="Planned">Cogs that were bought.</param>
/// <param name="Used">Cogs of it that are used.</param>
public sealed record PrepaidReport(string Token, BigInteger Planned, BigInteger Used);
