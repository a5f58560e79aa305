using System.Numerics;
using System.Text.Json;

namespace SnetGateway.TestKit.Market;

/// <summary>What a client saw of one call.</summary>
public sealed record CallReport
{
    /// <summary>Its number in the job, from 0.</summary>
    public int Call { get; init; }

    /// <summary>The total that was signed, in cogs; null when the call was not paid.</summary>
    public BigInteger? Amount { get; init; }

    /// <summary>The status code.</summary>
    public int Code { get; init; }

    /// <summary>The status text; some stacks say OK where none was sent.</summary>
    public string Details { get; init; } = string.Empty;

    /// <summary>The answers in protobuf's JSON form.</summary>
    public IReadOnlyList<JsonElement> Messages { get; init; } = [];

    /// <summary>Values by key, those of -bin in base64; null where the stack tells that there was none.</summary>
    public IReadOnlyDictionary<string, string[]>? InitialMetadata { get; init; }

    /// <summary>Values by key, those of -bin in base64. Of an answer without headers of its own they may hold these.</summary>
    public IReadOnlyDictionary<string, string[]>? Trailers { get; init; }

    /// <summary>Milliseconds until the first message; null without one.</summary>
    public int? FirstMessageMs { get; init; }

    /// <summary>Milliseconds until the status.</summary>
    public int ElapsedMs { get; init; }

    /// <summary>The channel as the gateway told it; null unless the job asked.</summary>
    public ChannelStateReport? State { get; init; }

    /// <summary>The texts of the answers, of the example service.</summary>
    public IEnumerable<string> Texts => Messages.Select(message => message.TryGetProperty("text", out var text) ? text.GetString()! : string.Empty);
}

/// <summary>A channel's state as the state service told it; what the answer did not hold is null.</summary>
public sealed record ChannelStateReport(
    BigInteger? Nonce, BigInteger? SignedAmount, string? Signature, BigInteger? OldNonceSignedAmount, string? OldNonceSignature);
