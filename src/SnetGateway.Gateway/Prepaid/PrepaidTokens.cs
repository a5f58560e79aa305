using System.Buffers.Text;
using System.Collections.Concurrent;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Prepaid;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Prepaid;

/// <summary>
/// Makes and verifies prepaid tokens: JWT with HS256, the claims and texts of the reference, and two claims of our own, the nonce and the
/// amount that were signed (docs/protocol/prepaid-and-free-calls.md, 'Prepaid calls'). A token's signature is verified once; its expiry at
/// each call.
/// </summary>
internal sealed class PrepaidTokens
{
    private const string Payload = "payload";
    private const string UserAddress = "userAddress";
    private const string Organization = "orgId";
    private const string Group = "groupId";
    private const string Nonce = "nonce";
    private const string Amount = "amount";

    /// <summary>Verified tokens that are remembered: about 1 KB each.</summary>
    private const int MaxRemembered = 10_000;

    /// <summary>Algorithms that JWT knows and that are not accepted. The text for others is another one.</summary>
    private static readonly string[] s_otherAlgorithms =
    [
        "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "EdDSA", "none",
    ];

    private readonly ConcurrentDictionary<string, VerifiedToken> _verified = new(StringComparer.Ordinal);
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };
    private readonly SigningCredentials _credentials;
    private readonly TokenValidationParameters _parameters;
    private readonly TimeSpan _lifetime;
    private readonly TimeProvider _time;

    public PrepaidTokens(IOptions<PrepaidOptions> options, TimeProvider time)
    {
        _time = time;
        _lifetime = options.Value.TokenLifetime;
        var current = new SymmetricSecurityKey(PrepaidSecret.Read(options.Value.SecretPath!));
        _credentials = new SigningCredentials(current, SecurityAlgorithms.HmacSha256);
        List<SecurityKey> accepted = [current];
        if (options.Value.PreviousSecretPath is { Length: > 0 } previous)
        {
            accepted.Add(new SymmetricSecurityKey(PrepaidSecret.Read(previous)));
        }

        _parameters = new TokenValidationParameters
        {
            IssuerSigningKeys = accepted,
            TryAllIssuerSigningKeys = true,
            ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
            ValidateIssuer = false,
            ValidateAudience = false,
            ValidateLifetime = false, // at each call
        };
    }

    /// <summary>Tokens whose signature need not be verified again.</summary>
    internal int Remembered => _verified.Count;

    /// <summary>A token that pays with this plan.</summary>
    public string Issue(PrepaidToken token, PaymentGroup group) => _handler.CreateToken(new SecurityTokenDescriptor
    {
        Claims = new Dictionary<string, object>
        {
            [Payload] = token.Channel.ToString(),
            [UserAddress] = AddressText.Checksum(token.User),
            [Organization] = group.OrganizationId,
            [Group] = TextOf(group),
            [Nonce] = token.Nonce.ToString(),
            [Amount] = token.Amount.ToString(),
            ["exp"] = _time.GetUtcNow().Add(_lifetime).ToUnixTimeSeconds(),
        },
        SigningCredentials = _credentials,
    });

    /// <summary>What the token pays with, or why it is refused. Never throws for a client's token.</summary>
    /// <param name="text">The token.</param>
    /// <param name="channel">The channel in the call's metadata.</param>
    /// <param name="group">The group of the service that is called.</param>
    public async ValueTask<(PrepaidToken? Token, PaymentRefusal? Refusal)> VerifyAsync(string text, ChannelId channel, PaymentGroup group)
    {
        if (!_verified.TryGetValue(text, out VerifiedToken? token))
        {
            (token, string? fault) = await VerifySignatureAsync(text);
            if (token is null)
            {
                return (null, Refused(fault!));
            }

            if (_verified.Count >= MaxRemembered)
            {
                _verified.Clear();
            }

            _verified[text] = token;
        }

        return CheckClaims(token, channel, group) is { } refusal ? (null, refusal) : (token.Token, null);
    }

    private static PaymentRefusal Refused(string text) =>
        new(RefusalReason.TokenInvalid, (int)StatusCode.Internal, $"internal error: {text}");

    private static PaymentRefusal OfOther(string before, string claim, string after) =>
        Refused($"{before} {PrintableText.Of(claim)} {after}");

    private static string TextOf(PaymentGroup group) => Convert.ToBase64String(group.Id.ToBytes());

    private PaymentRefusal? CheckClaims(VerifiedToken token, ChannelId channel, PaymentGroup group)
    {
        long now = _time.GetUtcNow().ToUnixTimeSeconds();
        return now >= token.Expires ? Refused("token has invalid claims: token is expired")
            : now < token.NotBefore ? Refused("token has invalid claims: token is not valid yet")
            : token.Token.Channel != channel
                ? OfOther("payload", token.Payload, "used to generate the Token doesnt match expected values")
            : token.OrganizationId != group.OrganizationId
                ? OfOther("organization", token.OrganizationId, "is not associated with this Daemon")
            : token.GroupId != TextOf(group) ? OfOther("groupId", token.GroupId, "is not associated with this Daemon")
            : null;
    }

    private async ValueTask<(VerifiedToken? Token, string? Fault)> VerifySignatureAsync(string text)
    {
        if (FindMalformedPart(text) is { } malformed)
        {
            return (null, $"token is malformed: {malformed}");
        }

        JsonWebToken token;
        try
        {
            token = new JsonWebToken(text);
        }
        catch (Exception exception) when (exception is ArgumentException or SecurityTokenException or FormatException)
        {
            return (null, "token is malformed: could not JSON decode claim");
        }

        if (token.Alg != SecurityAlgorithms.HmacSha256)
        {
            return (null, string.IsNullOrEmpty(token.Alg) ? "token is unverifiable: signing method (alg) is unspecified"
                : s_otherAlgorithms.Contains(token.Alg)
                    ? $"token is unverifiable: error while executing keyfunc: unexpected signing method: {token.Alg}"
                : "token is unverifiable: signing method (alg) is unavailable");
        }

        TokenValidationResult result = await _handler.ValidateTokenAsync(token, _parameters);
        if (!result.IsValid)
        {
            return (null, "token signature is invalid: signature is invalid");
        }

        return Read(token) is { } verified ? (verified, null) : (null, "token has invalid claims: request a new token");
    }

    /// <summary>Null for a token that was not issued by this version, such as one of a reference daemon with the same secret.</summary>
    private static VerifiedToken? Read(JsonWebToken token)
    {
        if (!TryRead(token, Payload, out string payload)
            || !TryRead(token, UserAddress, out string user)
            || !TryRead(token, Organization, out string organization)
            || !TryRead(token, Group, out string group)
            || !TryRead(token, Nonce, out string nonce)
            || !TryRead(token, Amount, out string amount)
            || !UInt256.TryParse(payload, out UInt256 channel)
            || !UInt256.TryParse(nonce, out UInt256 signedNonce)
            || !UInt256.TryParse(amount, out UInt256 signedAmount)
            || !Address.TryParse(user, out Address address)
            || !token.TryGetPayloadValue("exp", out long expires))
        {
            return null;
        }

        _ = token.TryGetPayloadValue("nbf", out long notBefore);
        return new VerifiedToken(
            new PrepaidToken(new ChannelId(channel), new ChannelNonce(signedNonce), signedAmount, address),
            payload, organization, group, notBefore, expires);
    }

    private static bool TryRead(JsonWebToken token, string name, out string value) =>
        token.TryGetPayloadValue(name, out value!) && value is not null;

    private static string? FindMalformedPart(string text)
    {
        string[] parts = text.Split('.', 4);
        return parts.Length != 3 ? "token contains an invalid number of segments"
            : !Base64Url.IsValid(parts[0]) ? "could not base64 decode header"
            : !Base64Url.IsValid(parts[1]) ? "could not base64 decode claim"
            : !Base64Url.IsValid(parts[2]) ? "could not base64 decode signature"
            : null;
    }
}
