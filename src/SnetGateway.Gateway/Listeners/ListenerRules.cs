using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text.RegularExpressions;
using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Listeners;

/// <summary>Both listeners can bind side by side, their files can be used, and the admin listener is on loopback or
/// has a token and TLS.</summary>
internal static class ListenerRules
{
    private const string Public = $"{ListenerOptions.Section}:{nameof(ListenerOptions.Public)}";
    private const string Admin = $"{ListenerOptions.Section}:{nameof(ListenerOptions.Admin)}";
    private const string AdminAddress = $"{Admin}:{nameof(AdminListenerOptions.Address)}";
    private const string AdminTokenPath = $"{Admin}:{nameof(AdminListenerOptions.TokenPath)}";
    private const int MinToken = 32, MaxToken = 1024;

    private static readonly Regex s_port = new(@"^(\[.*\]|[^:]+):", RegexOptions.CultureInvariant);

    public static void Check(ListenerOptions options, ErrorList errors)
    {
        PublicListenerOptions consumers = options.Public;
        if (TryParseEndPoint(options.Admin.Address, out IPEndPoint? admin))
        {
            bool isTaken = Collide(consumers.Address, options.Admin.Address);
            bool isOpen = !IPAddress.IsLoopback(admin.Address);
            bool hasToken = !string.IsNullOrEmpty(options.Admin.TokenPath);
            errors.Check(
                AdminAddress,
                (isTaken, $"the public listener has port {admin.Port} too", "Give each listener its own port"),
                (isOpen && !hasToken, "it has no authentication, so other machines could use it",
                    $"Write a loopback address, as 127.0.0.1:7001, or set {AdminTokenPath}"),
                (isOpen && hasToken && !consumers.IsTls && !options.Admin.Cleartext, "the token would be sent without TLS",
                    $"Give the public listener a certificate, which this one uses too, or set {Admin}:{nameof(options.Admin.Cleartext)}"));
        }

        CheckToken(options.Admin.TokenPath, errors);

        CertificateRules.Check(Public, consumers.CertificatePath, consumers.KeyPath, errors);
        new KeyRules(Public, errors).Requires(consumers.ChallengeAddress, consumers.Domains);
        if (TryParseEndPoint(consumers.ChallengeAddress ?? "", out IPEndPoint? challenges))
        {
            bool isTaken = ((string[])[consumers.Address, options.Admin.Address]).Any(
                address => Collide(address, consumers.ChallengeAddress!));
            errors.Check(
                $"{Public}:{nameof(PublicListenerOptions.ChallengeAddress)}",
                (isTaken, $"another listener has port {challenges.Port} too", "Give each listener its own port"));
        }

        for (int i = 0; i < consumers.Certificates.Length; i++)
        {
            CertificateOptions files = consumers.Certificates[i];
            CertificateRules.Check(
                $"{Public}:{nameof(PublicListenerOptions.Certificates)}:{i}", files.CertificatePath, files.KeyPath, errors);
        }
    }

    /// <summary>Whether the same port is taken by both addresses. False for port 0, and for a text that is not an address.</summary>
    public static bool Collide(string one, string other) =>
        TryParseEndPoint(one, out IPEndPoint? left) && TryParseEndPoint(other, out IPEndPoint? right)
        && left.Port != 0 && left.Port == right.Port && Overlap(left.Address, right.Address);

    /// <summary>Reads an address with its port. One without a port is refused: the port would silently be 0.</summary>
    public static bool TryParseEndPoint(string value, [NotNullWhen(true)] out IPEndPoint? endPoint) =>
        IPEndPoint.TryParse(value, out endPoint) && s_port.IsMatch(value);

    private static void CheckToken(string? path, ErrorList errors)
    {
        if (!string.IsNullOrEmpty(path) && !errors.Covers(AdminTokenPath))
        {
            string token = File.ReadAllText(path).Trim();
            errors.Check(
                AdminTokenPath,
                (token.Length is < MinToken or > MaxToken || token.Any(letter => letter is <= ' ' or > '~'),
                    $"the file does not hold a token of {MinToken} to {MaxToken} printable ASCII characters",
                    "Write one, as `openssl rand -hex 32 > FILE`"));
        }
    }

    private static bool Overlap(IPAddress left, IPAddress right) => left.Equals(right) || IsAny(left) || IsAny(right);

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
}
