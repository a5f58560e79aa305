using SnetGateway.Gateway.Configuration.Schema;
using SnetGateway.Gateway.ConfigurationKeys;

namespace SnetGateway.Gateway.Configuration;

/// <summary>
/// The configuration as the rest of the host reads it, log levels included: always validated, and replaced as a whole. The stock file
/// source would show half a file, or an empty one, to everything that reads while it is being written.
/// </summary>
internal sealed class AcceptedConfiguration(IReadOnlyDictionary<string, string?> startup) : IndexedConfiguration(startup)
{
    /// <summary>Every key with its value. Holds secrets: never printed as it is.</summary>
    public IReadOnlyList<KeyValuePair<string, string?>> Current => [.. Data];

    /// <summary>Puts the live keys of a validated configuration in force, and returns what that changes, for the log.</summary>
    public string Accept(IReadOnlyDictionary<string, string?> next)
    {
        IDictionary<string, string?> before = Data;
        Replace(Apply(startup, next));
        string changes = ConfigurationChanges.Describe(before, Data);
        OnReload();
        return changes;
    }

    /// <summary>What is in force after a reload: live keys of the new configuration, all others as they were at startup.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> Apply(
        IReadOnlyDictionary<string, string?> startup, IReadOnlyDictionary<string, string?> next) =>
        startup.Where(pair => !GatewaySchema.IsLive(pair.Key)).Concat(next.Where(pair => GatewaySchema.IsLive(pair.Key)));

    /// <summary>Keys whose values differ and which take effect only after a restart. Names, never values.</summary>
    public static IReadOnlyList<string> NeedingRestart(
        IReadOnlyDictionary<string, string?> startup, IReadOnlyDictionary<string, string?> next) =>
    [
        .. startup.Keys.Union(next.Keys, StringComparer.OrdinalIgnoreCase)
            .Where(key => !GatewaySchema.IsLive(key) && (startup.GetValueOrDefault(key) ?? "") != (next.GetValueOrDefault(key) ?? ""))
            .Order(StringComparer.Ordinal),
    ];
}
