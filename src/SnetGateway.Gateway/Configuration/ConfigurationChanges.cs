using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.Limits;

namespace SnetGateway.Gateway.Configuration;

/// <summary>Tells changes that are in force at once from those that wait for a restart.</summary>
internal static class ConfigurationChanges
{
    private static readonly string[] s_live =
    [
        $"{GatewayOptions.Section}:{nameof(GatewayOptions.Groups)}:",
        $"{GatewayOptions.Section}:{nameof(GatewayOptions.Services)}:",
        $"{BackendOptions.Section}:{nameof(BackendOptions.Clusters)}:",
        $"{LimitOptions.Section}:{nameof(LimitOptions.MaxMetadataBytes)}",
        $"{LimitOptions.Section}:{nameof(LimitOptions.MaxRequestMessageBytes)}",
        $"{LimitOptions.Section}:{nameof(LimitOptions.MaxResponseMessageBytes)}",
    ];

    /// <summary>Keys of `SnetGateway` whose values differ and which are read at the start only. Names, never values.</summary>
    public static IReadOnlyList<string> NeedingRestart(IReadOnlyDictionary<string, string?> before, IReadOnlyDictionary<string, string?> after) =>
    [
        .. before.Keys.Union(after.Keys, StringComparer.OrdinalIgnoreCase)
            .Where(key => key.StartsWith(GatewayOptions.Section + ":", StringComparison.OrdinalIgnoreCase)
                && !s_live.Any(live => key.StartsWith(live, StringComparison.OrdinalIgnoreCase))
                && !string.Equals(before.GetValueOrDefault(key) ?? "", after.GetValueOrDefault(key) ?? "", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];
}
