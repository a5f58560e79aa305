using System.Text.RegularExpressions;
using SnetGateway.Gateway.Configuration.Schema;
using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Configuration;

/// <summary>What a reload changed, for the log: the operator sees whether it was what was meant.</summary>
internal static partial class ConfigurationChanges
{
    /// <summary>Keys that are named; a larger change is counted.</summary>
    private const int MaxNamed = 20;

    private const string Unset = "unset";

    /// <summary>The changed keys. A value is shown only where it is a number, a time, true or false, and the key holds no secret.</summary>
    public static string Describe(IDictionary<string, string?> before, IDictionary<string, string?> after)
    {
        string[] changed =
        [
            .. before.Keys.Union(after.Keys, StringComparer.OrdinalIgnoreCase)
                .Where(key => ValueOf(before, key) != ValueOf(after, key)).Order(StringComparer.OrdinalIgnoreCase),
        ];
        return changed.Length == 0
            ? "no key, only comments or files that it names"
            : string.Join(", ", changed.Take(MaxNamed).Select(key => Describe(key, ValueOf(before, key), ValueOf(after, key))))
                + (changed.Length > MaxNamed ? $", and {changed.Length - MaxNamed} more" : "");
    }

    private static string Describe(string key, string before, string after)
    {
        bool isShown = GatewaySchema.Find(key) is { IsSecret: false } && Plain().IsMatch(before) && Plain().IsMatch(after);
        string name = ErrorList.Clean(key);
        return isShown ? $"{name} {Text(before)} -> {Text(after)}" : name;
    }

    private static string Text(string value) => value.Length == 0 ? Unset : value;

    private static string ValueOf(IDictionary<string, string?> values, string key) =>
        (values.TryGetValue(key, out string? value) ? value : null) ?? "";

    [GeneratedRegex(@"\A(?:[0-9.:]{0,40}|true|false)\z", RegexOptions.IgnoreCase)]
    private static partial Regex Plain();
}
