namespace SnetGateway.Payments.Refusal;

/// <summary>
/// Why a call is not admitted, or not answered: one status and one text for the client. Expected, so a value and not an exception.
/// </summary>
/// <param name="Reason">For metrics and logs: a closed set.</param>
/// <param name="StatusCode">The gRPC status number; 1000 is the protocol's own for a wrong nonce (docs/protocol/statuses-and-texts.md, 'How
/// errors travel').</param>
/// <param name="Message">The text, as the reference's clients know it. Tells nothing of the inside.</param>
public sealed record PaymentRefusal(RefusalReason Reason, int StatusCode, string Message)
{
    /// <summary>The time after which the call may be admitted, for the client; null where no time helps.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether a payment was refused that adds nothing to what was paid: how clients ask for a price.</summary>
    public bool AsksForPrice { get; init; }
}

/// <summary>The reasons; each is one value of a metric's tag.</summary>
public enum RefusalReason
{
    Metadata,
    PaymentType,
    ChannelNotFound,
    ForeignChannel,
    ChainUnavailable,
    WrongNonce,
    SignatureInvalid,
    WrongSigner,
    NearExpiry,
    NotEnoughTokens,
    PriceUnknown,
    Busy,
    WrongAmount,
    NotRecorded,
    OutcomeUnknown,
    TokenInvalid,
    TokenExpired,
    SignatureExpired,
    QuotaUsed,
    UsageExceeded,
    RateLimited,
    BudgetUsed,
}
