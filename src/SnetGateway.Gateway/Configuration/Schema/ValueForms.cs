using SnetGateway.Gateway.Listeners;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Configuration.Schema;

/// <summary>
/// Forms of text values, by the name that an option gives in `[DataType("name")]`. On a list or a map the form holds for each element.
/// </summary>
internal static class ValueForms
{
    private const string UnsignedJson = """{ "type": ["integer", "string"], "minimum": 0, "pattern": "^[0-9]+$" }""";

    private static readonly Dictionary<string, ScalarForm> s_forms = new()
    {
        ["address"] = new(
            "an address (0x and 40 hex digits, not all zero)",
            value => Address.TryParse(value, out Address address) && !address.IsZero,
            """{ "type": "string", "pattern": "^0[xX][0-9a-fA-F]{40}$" }"""),
        ["cogs"] = new("an amount in cogs (a whole number from 0 to 2^256-1, digits only)", value => UInt256.TryParse(value, out _), UnsignedJson),
        ["endpoint"] = new("an IP address and a port, as 0.0.0.0:7000 or [::1]:7000", value => ListenerRules.TryParseEndPoint(value, out _)),
        ["group id"] = new("a group id (base64 of exactly 32 bytes, 44 characters)", value => Bytes32.TryParseBase64(value, out _)),
        ["host"] = new("a host, as api.example.org or api.example.org:7000 (no scheme, no path)", IsHost),
        ["network"] = new("an IP address or a network, as 10.0.0.7 or 10.0.0.0/8", value => TrustedProxies.TryParse(value, out _)),
        ["origin"] = new("an origin, as https://app.example.org or http://localhost:3000 (no path)", IsOrigin),

        // Providers put keys into URLs.
        ["url"] = new("an http or https URL", IsHttpUrl, """{ "type": "string", "pattern": "^[hH][tT][tT][pP][sS]?://" }""") { MayHoldSecret = true },
    };

    public static ScalarForm Get(string name) => s_forms.GetValueOrDefault(name)
        ?? throw new NotSupportedException($"Unknown form of a value: '{name}'. Expected one of: {string.Join(", ", s_forms.Keys)}.");

    private static bool IsHttpUrl(string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out Uri? uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps);

    private static bool IsHost(string value)
    {
        string name = value.StartsWith("*.", StringComparison.Ordinal) ? value[2..] : value;
        return name.AsSpan().IndexOfAny('/', '\\') < 0
            && Uri.TryCreate($"http://{name}/", UriKind.Absolute, out Uri? uri)
            && uri is { UserInfo.Length: 0, AbsolutePath: "/", Query.Length: 0, Fragment.Length: 0 };
    }

    private static bool IsOrigin(string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out Uri? uri)
        && uri is { Host.Length: > 0, UserInfo.Length: 0 }
        && string.Equals(value, uri.GetLeftPart(UriPartial.Authority), StringComparison.OrdinalIgnoreCase);
}
