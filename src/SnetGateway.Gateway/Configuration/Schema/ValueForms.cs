using System.Globalization;
using SnetGateway.Gateway.Alerts;
using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.Listeners;
using SnetGateway.Gateway.Validation;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Configuration.Schema;

/// <summary>
/// Forms of texts, by the name that an option gives in `[DataType("name")]`, or in `[KeyForm("name")]` for the keys of a map. On a list or
/// a map the form holds for each element.
/// </summary>
internal static class ValueForms
{
    private static readonly Dictionary<string, ScalarNode> s_forms = new()
    {
        ["address"] = new(
            "an address (0x and 40 hex digits, not all zero)",
            value => Address.TryParse(value, out Address address) && !address.IsZero,
            """{ "type": "string", "pattern": "^0[xX][0-9a-fA-F]{40}$" }"""),
        ["any url"] = new("an absolute URL", value => Uri.TryCreate(value, UriKind.Absolute, out _)) { MayHoldSecret = true },
        ["cogs"] = new(
            "an amount in cogs (a whole number from 0 to 2^256-1, digits only)",
            value => UInt256.TryParse(value, out _),
            """{ "type": ["integer", "string"], "minimum": 0, "pattern": "^[0-9]+$" }"""),
        ["endpoint"] = new(
            "an IP address and a port, as 0.0.0.0:7000 or [::1]:7000", value => ListenerRules.TryParseEndPoint(value, out _)),

        ["domain"] = new("the name of a host in the internet, as api.example.org (letters, digits, hyphens and dots)", IsDomain),
        ["e-mail"] = ScalarNode.Pattern("an e-mail address", @"[^@\s\p{Cc}]+@[^@\s\p{Cc}]+").OrEmpty(),

        // Programs are started on Linux only; elsewhere their own rule says so.
        ["executable"] = new(
            "an executable file: its absolute path, or its name in PATH",
            value => !OperatingSystem.IsLinux() || Executables.Find(value) is not null),
        ["exit code"] = ScalarNode.Pattern("an exit code from 1 to 255", "[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5]"),
        ["file"] = new ScalarNode("a file that can be read", value => Attempt.Succeeds(() => File.OpenRead(value)))
        {
            Advice = value => File.Exists(value)
                ? "Let the gateway's user read it"
                : $"Write the path of a file; there is no file {ErrorList.Quote(Path.GetFullPath(value))}",
        }.OrEmpty(),
        ["folder"] = new ScalarNode(
            "the absolute path of an existing folder", value => Path.IsPathRooted(value) && Directory.Exists(value)).OrEmpty(),
        ["free calls"] = new(
            $"a whole number from 0 to 1000000000, or {FreeCallOptions.Unlimited}",
            value => value == FreeCallOptions.Unlimited || (value.All(char.IsAsciiDigit) && value.Length is > 0 and <= 10
                && long.Parse(value, CultureInfo.InvariantCulture) <= 1_000_000_000)),
        ["group id"] = new("a group id (base64 of exactly 32 bytes, 44 characters)", value => Bytes32.TryParseBase64(value, out _)),
        ["host"] = new("a host, as api.example.org or api.example.org:7000 (no scheme, no path)", IsHost),
        ["http failure"] = ScalarNode.Pattern("the HTTP status of a failure, a number from 300 to 599", "[3-5][0-9]{2}"),
        ["method"] = ScalarNode.Pattern("the path of a gRPC method, as /package.Service/Method", @"/[^/\s\p{Cc}]+/[^/\s\p{Cc}]+"),
        ["network"] = new("an IP address or a network, as 10.0.0.7 or 10.0.0.0/8", value => TrustedProxies.TryParse(value, out _)),
        ["optional endpoint"] = new ScalarNode(
            "an IP address and a port, as 0.0.0.0:80", value => ListenerRules.TryParseEndPoint(value, out _)).OrEmpty(),
        ["origin"] = new("an origin, as https://app.example.org or http://localhost:3000 (no path)", IsOrigin),
        ["program name"] = ScalarNode.Pattern("a name of small letters, digits and inner hyphens", "[a-z0-9]([a-z0-9-]*[a-z0-9])?"),

        // Others on the machine could sign with it. Where there are no such modes, access is the operator's to restrict.
        ["secret file"] = new ScalarNode(
            "a file that can be read, by the gateway's user only",
            value => Attempt.Succeeds(() => File.OpenRead(value)) && IsForOwnerOnly(value))
        {
            Advice = value => !File.Exists(value)
                ? $"Write the path of a file; there is no file {ErrorList.Quote(Path.GetFullPath(value))}"
                : IsForOwnerOnly(value) ? "Let the gateway's user read it"
                : $"Take the access from group and others, as chmod 600 {ErrorList.Clean(value)}",
        }.OrEmpty(),
        ["time"] = new("a time with its offset from UTC, as 2026-12-01T06:00:00Z", value => AlertSilences.TryReadTime(value, out _)),
        ["tokens"] = new(
            "a number of whole tokens, as 10 or 0.5 (digits, and at most 18 after the point)",
            value => FreeCallReader.TryReadTokens(value, out _),
            """{ "type": ["number", "string"] }"""),

        // Providers put keys into URLs.
        ["url"] = new("an http or https URL", IsHttpUrl, """{ "type": "string", "pattern": "^[hH][tT][tT][pP][sS]?://" }""")
        {
            MayHoldSecret = true,
        },
        ["variable"] = ScalarNode.Pattern("the name of a variable, without '='", "[^=]+"),
    };

    public static ScalarNode Get(string name) => s_forms.GetValueOrDefault(name)
        ?? throw new NotSupportedException($"Unknown form of a value: '{name}'. Expected one of: {string.Join(", ", s_forms.Keys)}.");

    private static bool IsForOwnerOnly(string file)
    {
        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        return OperatingSystem.IsWindows() || (File.GetUnixFileMode(file) & Others) == 0;
    }

    /// <summary>A wildcard is none: an authority validates it by DNS only.</summary>
    private static bool IsDomain(string value) =>
        value.Length <= 253 && value.Contains('.', StringComparison.Ordinal)
            && !value.All(letter => char.IsAsciiDigit(letter) || letter == '.')
            && value.Split('.').All(label => label.Length is > 0 and <= 63 && label[0] != '-' && label[^1] != '-'
                && label.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-'));

    private static bool IsHttpUrl(string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out Uri? uri) && uri is { Scheme: "http" or "https" };

    private static bool IsHost(string value) =>
        value.AsSpan().IndexOfAny(@"/\?#@") < 0
            && !value.StartsWith('[') // routing cannot read the brackets of an IPv6 address
            && Uri.TryCreate($"http://{(value.StartsWith("*.", StringComparison.Ordinal) ? value[2..] : value)}/", UriKind.Absolute, out _);

    private static bool IsOrigin(string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out Uri? uri)
            && uri is { Host.Length: > 0, UserInfo.Length: 0 }
            && string.Equals(value, uri.GetLeftPart(UriPartial.Authority), StringComparison.OrdinalIgnoreCase);
}
