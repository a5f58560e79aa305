using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Refusal;

/// <summary>
/// Every refusal of a payment with its status and text. Texts are the reference's, byte for byte (docs/protocol/escrow-payments.md, 'Order
/// of checks'), because clients compare them; a comment marks each text that differs on purpose.
/// </summary>
public static class Refusals
{
    private const int InvalidArgument = 3;
    private const int ResourceExhausted = 8;
    private const int FailedPrecondition = 9;
    private const int Internal = 13;
    private const int Unavailable = 14;
    private const int Unauthenticated = 16;
    private const int IncorrectNonce = 1000;

    /// <summary>Longest part of a client's value that a text repeats.</summary>
    private const int MaxQuoted = 100;

    public static PaymentRefusal UnexpectedPaymentType(string value) =>
        new(RefusalReason.PaymentType, InvalidArgument, $"unexpected \"snet-payment-type\", value: \"{Quote(value)}\"");

    public static PaymentRefusal Missing(string key) => new(RefusalReason.Metadata, InvalidArgument, $"missing \"{key}\"");

    public static PaymentRefusal TooMany(string key, IEnumerable<string?> values) =>
        new(RefusalReason.Metadata, InvalidArgument, $"too many values for key \"{key}\": [{Quote(string.Join(' ', values))}]");

    /// <summary>The key only: another client could pay with a signature that was not spent yet, and this text is logged.</summary>
    public static PaymentRefusal TooManyBinary(string key) =>
        new(RefusalReason.Metadata, InvalidArgument, $"too many values for key \"{key}\"");

    public static PaymentRefusal IncorrectFormat(string key, string value) =>
        new(RefusalReason.Metadata, InvalidArgument, $"incorrect format \"{key}\": \"{Quote(value)}\"");

    /// <summary>
    /// A `-bin` value that is not base64. The reference's transport answers with 13 before any check; the text here has the key only.
    /// </summary>
    public static PaymentRefusal MalformedBinary(string key) =>
        new(RefusalReason.Metadata, Internal, $"malformed binary metadata in header \"{key}\"");

    public static PaymentRefusal ChannelNotFound(ChannelId id) =>
        new(RefusalReason.ChannelNotFound, Unauthenticated, $"payment channel \"{{ID: {id}}}\" not found");

    public static PaymentRefusal OtherRecipient() => new(
        RefusalReason.ForeignChannel,
        Internal,
        "payment channel error: recipient Address from org metadata does not Match on what was retrieved from Channel");

    public static PaymentRefusal OtherGroup(Bytes32 current, Bytes32 channel) => new(
        RefusalReason.ForeignChannel,
        Internal,
        "payment channel error: channel received belongs to another group of replicas, current group: "
            + $"[{string.Join(' ', current.ToBytes())}], channel group: [{string.Join(' ', channel.ToBytes())}]");

    /// <summary>
    /// Not in the reference, which reads the chain at each call: the chain cannot be read, so the payment cannot be checked.
    /// </summary>
    public static PaymentRefusal ChainUnavailable() =>
        new(
            RefusalReason.ChainUnavailable, Unavailable,
            "the payment cannot be checked against the blockchain now, please try again later");

    public static PaymentRefusal WrongNonce(ChannelNonce latest, ChannelNonce sent) =>
        new(RefusalReason.WrongNonce, IncorrectNonce, $"incorrect payment channel nonce, latest: {latest}, sent: {sent}");

    public static PaymentRefusal SignatureInvalid() =>
        new(RefusalReason.SignatureInvalid, Unauthenticated, "payment signature is not valid");

    /// <summary>The documented text; the reference's code appends "/sender" (trap 39).</summary>
    public static PaymentRefusal WrongSigner() =>
        new(RefusalReason.WrongSigner, Unauthenticated, "payment is not signed by channel signer");

    public static PaymentRefusal NearExpiry(UInt256 expiration, ulong block, ulong threshold) => new(
        RefusalReason.NearExpiry,
        Unauthenticated,
        $"payment channel is near to be expired, expiration time: {expiration}, current block: {block}, expiration threshold: {threshold}");

    public static PaymentRefusal NotEnoughTokens(UInt256 channelAmount, UInt256 amount) => new(
        RefusalReason.NotEnoughTokens,
        Unauthenticated,
        $"not enough tokens on payment channel, channel amount: {channelAmount}, payment amount: {amount}");

    public static PaymentRefusal PriceNotDefined(string method) =>
        new(RefusalReason.PriceUnknown, Internal, $"internal error: price is not defined for the Method {Quote(method)}");

    /// <summary>The service did not name a price. As the reference, which shows the gRPC error of its request.</summary>
    public static PaymentRefusal PriceNotDetermined(string code, string text) =>
        new(RefusalReason.PriceUnknown, Internal, $"internal error: rpc error: code = {code} desc = {Quote(text)}");

    /// <summary>Not in the reference, which takes a price of 0: the service does not say what the training costs.</summary>
    public static PaymentRefusal TrainingPriceUnknown() => new(
        RefusalReason.PriceUnknown, Internal, "internal error: the price of the training cannot be determined now, please try again later");

    /// <summary>The metadata names no model, or one that the service does not have. The reference ends its process (trap 5).</summary>
    public static PaymentRefusal NoTrainingModel() =>
        new(RefusalReason.Metadata, Internal, "internal error: no training model found");

    /// <summary>The same for a method that takes one message.</summary>
    public static PaymentRefusal NoTrainingModelUnary() =>
        new(RefusalReason.Metadata, Internal, "internal error: [trainUnaryValidator] no training model found");

    /// <summary>
    /// Not in the reference, which takes the price of the one and the work of the other (trap 33): metadata and request name two models.
    /// </summary>
    public static PaymentRefusal OtherTrainingModel() => new(
        RefusalReason.Metadata, InvalidArgument, "\"snet-train-model-id\" is not the model_id of the request");

    public static PaymentRefusal Busy(ChannelId id) =>
        new(RefusalReason.Busy, FailedPrecondition, $"another transaction on channel: {{ID: {id}}} is in progress");

    public static PaymentRefusal WrongIncome(UInt256 amount, UInt256 authorized, UInt256 price)
    {
        string income = amount.TrySubtract(authorized, out UInt256 difference)
            ? difference.ToString()
            : $"-{authorized.SaturatingSubtract(amount)}";
        return new PaymentRefusal(RefusalReason.WrongAmount, Unauthenticated, $"income {income} does not equal to price {price}")
        {
            AsksForPrice = amount == authorized,
        };
    }

    public static PaymentRefusal NotRecorded() =>
        new(RefusalReason.NotRecorded, Internal, "unable to store new payment channel state");

    /// <summary>The same words as <see cref="NotRecorded"/>: what differs is for the operator, not for the client.</summary>
    public static PaymentRefusal OutcomeUnknown() =>
        new(RefusalReason.OutcomeUnknown, Internal, "unable to store new payment channel state");

    /// <summary>F8 of free calls: the user's count cannot be read.</summary>
    public static PaymentRefusal FreeCallCountUnreadable() => new(
        RefusalReason.NotRecorded, Internal, "payment freeCallUserData error: the ledger cannot be read now, please try again later");

    /// <summary>F9 of free calls: the payer has to pause (rule 6). In the reference: another free call of the user runs.</summary>
    public static PaymentRefusal FreeCallBusy(string user) => new(
        RefusalReason.Busy, FailedPrecondition, $"another transaction on this user: {{ID:{PrintableText.Of(user)}}} is in progress");

    /// <summary>F10 of free calls.</summary>
    public static PaymentRefusal FreeCallsUsed(string made, string limit) => new(
        RefusalReason.QuotaUsed, Internal,
        $"internal error: free call limit has been exceeded, calls made = {made}, total free calls eligible = {limit}");

    public static PaymentRefusal FreeCallNotRecorded(RefusalReason reason) =>
        new(reason, Internal, "unable to store new transaction free call user state");

    public static PaymentRefusal UsageExceeded(ChannelId id) =>
        new(RefusalReason.UsageExceeded, Internal, $"internal error: Usage Exceeded on channel Id {id}");

    /// <summary>A configured rate. The reference has no `retry-after`.</summary>
    public static PaymentRefusal TooManyCalls(TimeSpan retryAfter) =>
        new(RefusalReason.RateLimited, ResourceExhausted, "rate limiting , too many requests to handle") { RetryAfter = retryAfter };

    /// <summary>Not in the reference: a budget of the day is used up.</summary>
    public static PaymentRefusal BudgetUsed(TimeSpan retryAfter) =>
        new(RefusalReason.BudgetUsed, ResourceExhausted, "the spending limit of the day is reached") { RetryAfter = retryAfter };

    /// <summary>Not in the reference: a limit that replicas share cannot be read.</summary>
    public static PaymentRefusal LimitUnavailable() =>
        new(RefusalReason.NotRecorded, Unavailable, "a limit of the call cannot be checked now, please try again later");

    /// <summary>Of `GetToken`: less than what is authorized.</summary>
    internal static PaymentRefusal TokenAmountTooLow() => new(
        RefusalReason.WrongAmount, Internal, "signed amount for token request needs to be greater than last signed amount");

    /// <summary>Of `GetToken`: more than the channel holds.</summary>
    internal static PaymentRefusal TokenAmountTooHigh() => new(
        RefusalReason.NotEnoughTokens, Internal, "signed amount for token request cannot be greater than full amount in channel");

    /// <summary>
    /// A client's value in a text, which is logged too: cut, but never between the halves of a surrogate pair, and printable.
    /// </summary>
    private static string Quote(string value) => PrintableText.Of(
        value.Length <= MaxQuoted ? value : value[..(char.IsHighSurrogate(value[MaxQuoted - 1]) ? MaxQuoted - 1 : MaxQuoted)]);
}
