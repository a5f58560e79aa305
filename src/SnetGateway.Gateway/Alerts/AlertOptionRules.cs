using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Alerts;

/// <summary>A rule that is turned off exists.</summary>
internal static class AlertOptionRules
{
    public static void Check(AlertOptions options, ErrorList errors)
    {
        string[] names = [.. AlertRule.All.Select(rule => rule.Name)];
        for (int i = 0; i < options.Off.Length; i++)
        {
            errors.CheckName($"{AlertOptions.Section}:{nameof(options.Off)}:{i}", "rule", options.Off[i], names, "docs/alerts.md");
        }
    }
}
