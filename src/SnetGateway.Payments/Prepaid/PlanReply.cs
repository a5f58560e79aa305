using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Prepaid;

/// <summary>What `GetToken` returns, beside the token itself.</summary>
/// <param name="Token">What the token has to say; null when refused.</param>
/// <param name="Group">The group that the channel pays; null when refused.</param>
/// <param name="Planned">Cogs that were bought at this nonce.</param>
/// <param name="Used">Cogs that calls used of it.</param>
/// <param name="Refusal">Set instead of all others: the text of the error.</param>
public readonly record struct PlanReply(PrepaidToken? Token, PaymentGroup? Group, UInt256 Planned, UInt256 Used, string? Refusal)
{
    public static PlanReply Refused(string text) => new(null, null, default, default, text);
}
