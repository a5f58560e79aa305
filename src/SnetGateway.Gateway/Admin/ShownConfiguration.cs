using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.Configuration.Schema;

namespace SnetGateway.Gateway.Admin;

/// <summary>
/// The configuration in force, with secrets hidden: options that are marked as secrets, URLs up to their host, and keys that the schema
/// does not know, such as environment variables, not at all.
/// </summary>
internal sealed class ShownConfiguration(AcceptedConfiguration accepted)
{
    public IReadOnlyList<ConfigurationValue> Read() =>
    [
        .. accepted.Current.Where(pair => !string.IsNullOrEmpty(pair.Value)).OrderBy(pair => pair.Key, StringComparer.OrdinalIgnoreCase)
            .Select(pair => View(pair.Key, pair.Value!)).OfType<ConfigurationValue>(),
    ];

    private static ConfigurationValue? View(string key, string value) =>
        GatewaySchema.Find(key) is not { } node ? null : new ConfigurationValue(
            key,
            node.IsSecret ? ShownValue.Hidden
                : node is ScalarNode { MayHoldSecret: true } ? ShownValue.OfUrl(value)
                : ShownValue.Of(value),
            GatewaySchema.IsLive(key));
}

/// <summary>One value of the configuration.</summary>
/// <param name="Key">Its key, with colons between its parts.</param>
/// <param name="Value">Its value, or `***` in place of a secret.</param>
/// <param name="IsLive">Whether a change takes effect without a restart.</param>
internal sealed record ConfigurationValue(string Key, string Value, bool IsLive);
