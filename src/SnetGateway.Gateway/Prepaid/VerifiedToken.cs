using SnetGateway.Payments.Prepaid;

namespace SnetGateway.Gateway.Prepaid;

/// <summary>The claims of a token whose signature was verified.</summary>
/// <param name="Token">What it pays with.</param>
/// <param name="Payload">The channel id as its text.</param>
/// <param name="OrganizationId">The organisation that it was issued for.</param>
/// <param name="GroupId">The group, base64 text.</param>
/// <param name="NotBefore">Seconds since 1970 from which it is valid.</param>
/// <param name="Expires">Seconds since 1970 at which it expires.</param>
internal sealed record VerifiedToken(
    PrepaidToken Token, string Payload, string OrganizationId, string GroupId, long NotBefore, long Expires);
