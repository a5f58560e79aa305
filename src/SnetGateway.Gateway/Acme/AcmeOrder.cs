namespace SnetGateway.Gateway.Acme;

/// <summary>An order (RFC 8555, section 7.1.3).</summary>
/// <param name="Status">pending, ready, processing, valid or invalid.</param>
/// <param name="Authorizations">What has to be shown before a certificate is issued.</param>
/// <param name="Finalize">Takes the certificate request.</param>
/// <param name="Certificate">The issued certificate; null before.</param>
/// <param name="Problem">Why the order is invalid; empty where the authority did not say.</param>
internal sealed record AcmeOrder(string Status, IReadOnlyList<Uri> Authorizations, Uri Finalize, Uri? Certificate, string Problem)
{
    private const int MaxAuthorizations = 16;

    /// <exception cref="AcmeException">It is not an order.</exception>
    public static AcmeOrder Read(ReadOnlyMemory<byte> body) => AcmeJson.Read(body, "an order", static root => new AcmeOrder(
        root.GetProperty("status").GetString() ?? "",
        [.. root.GetProperty("authorizations").EnumerateArray().Take(MaxAuthorizations).Select(AcmeJson.Url)],
        AcmeJson.Url(root, "finalize"),
        AcmeJson.UrlOrNone(root, "certificate"),
        AcmeProblem.Describe(root)));
}

/// <summary>The authority's question whether this gateway serves a host (RFC 8555, section 7.1.4).</summary>
/// <param name="Status">pending, valid, or anything else: failed.</param>
/// <param name="Challenges">The ways to show it.</param>
internal sealed record AcmeAuthorization(string Status, IReadOnlyList<AcmeChallenge> Challenges)
{
    private const int MaxChallenges = 16;

    /// <summary>What the authority found wrong.</summary>
    public string Problem => Challenges.Select(challenge => challenge.Problem).FirstOrDefault(problem => problem.Length > 0) ?? "";

    /// <exception cref="AcmeException">It is not an authorization.</exception>
    public static AcmeAuthorization Read(ReadOnlyMemory<byte> body) => AcmeJson.Read(body, "an authorization", static root =>
        new AcmeAuthorization(
            root.GetProperty("status").GetString() ?? "",
            [
                .. root.GetProperty("challenges").EnumerateArray().Take(MaxChallenges).Select(static challenge => new AcmeChallenge(
                    AcmeJson.Text(challenge, "type") ?? "",
                    AcmeJson.Url(challenge, "url"),
                    AcmeJson.Text(challenge, "token") ?? "",
                    AcmeProblem.Describe(challenge))),
            ]));
}

/// <summary>One way to show that this gateway serves a host.</summary>
/// <param name="Type">http-01, tls-alpn-01 or one that is not used here.</param>
/// <param name="Url">Where the gateway reports that the response is in place.</param>
/// <param name="Token">What the response is made of.</param>
/// <param name="Problem">Why it failed; empty if it did not.</param>
internal sealed record AcmeChallenge(string Type, Uri Url, string Token, string Problem);
