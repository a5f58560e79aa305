using SnetGateway.Payments.Refusal;

namespace SnetGateway.Payments.FreeCalls;

/// <summary>
/// Why a free call, or a request for a token, is not accepted. As a payment it is a refusal with a status; the control methods have the
/// text alone.
/// </summary>
/// <param name="Reason">For metrics and logs.</param>
/// <param name="Text">The protocol's text, without the prefix that some have in a payment.</param>
public sealed record FreeCallFault(RefusalReason Reason, string Text)
{
    /// <summary>F1: the token has no underscore.</summary>
    public static readonly FreeCallFault NoSeparator = new(RefusalReason.Metadata, "invalid token: no '_' found");

    /// <summary>F1: what follows the token's underscore is not a block number.</summary>
    public static readonly FreeCallFault NoBlockNumber = new(RefusalReason.Metadata, "invalid token: invalid block number");

    /// <summary>F5: the token is not the provider's: of another key, organisation, group, address or user.</summary>
    public static readonly FreeCallFault ForeignToken = new(RefusalReason.TokenInvalid, "token sign is not valid");

    /// <summary>F6.</summary>
    public static readonly FreeCallFault TokenExpired =
        new(RefusalReason.TokenExpired, "authentication failed as the Free Call Token passed has expired");

    private const int InvalidArgument = 3;
    private const int Internal = 13;
    private const int Unauthenticated = 16;
    private const string NotAllowed = "you are not Authorized to call this service during curation process";

    /// <summary>As a payment (F1 to F7). The protocol calls what is too old an internal error (trap 15).</summary>
    public PaymentRefusal AsRefusal => Reason switch
    {
        RefusalReason.Metadata => new PaymentRefusal(Reason, InvalidArgument, Text),
        RefusalReason.SignatureInvalid or RefusalReason.TokenInvalid => new PaymentRefusal(Reason, Unauthenticated, Text),
        _ => new PaymentRefusal(Reason, Internal, $"internal error: {Text}"),
    };

    /// <summary>Why a signature has no signer.</summary>
    public static string InvalidSignature(ReadOnlySpan<byte> signature) =>
        signature.Length == 65 ? "incorrect signature data" : "incorrect signature length";

    /// <summary>F2 and F4: a signature without a signer.</summary>
    public static FreeCallFault Unsigned(string text) => new(RefusalReason.SignatureInvalid, $"sign is not valid: {text}");

    /// <summary>F2 with a list of allowed users: the signer is not on it.</summary>
    public static FreeCallFault NotAllowedToUse() => Unsigned(NotAllowed);

    /// <summary>F3.</summary>
    public static FreeCallFault OtherSigner(string addressText, string signer) =>
        Unsigned($"unauthorized signer: {addressText} not equal {signer}, maybe invalid signature struct");

    /// <summary>F7: see <see cref="Chain.BlockFreshness"/>.</summary>
    public static FreeCallFault Stale(string text) => new(RefusalReason.SignatureExpired, text);

    /// <summary>A token request without a valid signature.</summary>
    public static FreeCallFault RequestUnsigned(string text) => new(RefusalReason.SignatureInvalid, text);

    public static FreeCallFault NotAllowedToRequest() => RequestUnsigned(NotAllowed);

    public static FreeCallFault RequestOfOther(string addressText, string signer) =>
        RequestUnsigned($"invalid signer, {addressText} (from request) is not equal to {signer} (signer)");

    public static FreeCallFault UserIdNotAllowed() => new(
        RefusalReason.SignatureInvalid, "your address is not trusted by this service provider, the use of user_id is not allowed");

    public static FreeCallFault BalanceTooSmall(string minBalance) => new(
        RefusalReason.NotEnoughTokens,
        $"{{Status: rpc error: code = PermissionDenied desc = you must have at least {minBalance} FET (ASI) in your balance to use free "
            + "calls}");
}
