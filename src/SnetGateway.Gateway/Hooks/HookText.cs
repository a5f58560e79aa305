using System.Globalization;
using System.Text;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Hooks;

/// <summary>A batch as text for people.</summary>
internal static class HookText
{
    /// <summary>One line: the gateway, the first alert or event, and the number of the others.</summary>
    public static string Title(HookBatch batch)
    {
        if (batch.Alerts is [HookAlert alert, ..])
        {
            string more = batch.Alerts.Count > 1 ? Invariant($" and {batch.Alerts.Count - 1} more") : "";
            return $"[{StatusOf(alert)}] {NameOf(alert)}{more}, snet-gateway on {batch.Gateway}";
        }

        long others = batch.NotSent.Values.Sum() + batch.Events.Count - 1;
        return batch.Events is [HookEvent first, ..]
            ? Invariant($"snet-gateway on {batch.Gateway}: {NameOf(first)}{(others > 0 ? $" and {others} more" : "")}")
            : Invariant($"snet-gateway on {batch.Gateway}: {others + 1} events");
    }

    /// <summary>Every alert, every event with its time, text and exception, then the summary.</summary>
    public static string Body(HookBatch batch)
    {
        var text = new StringBuilder();
        foreach (HookAlert alert in batch.Alerts)
        {
            string when = alert.EndsAt is { } end ? Invariant($"{alert.StartsAt:u} to {end:u}") : Invariant($"since {alert.StartsAt:u}");
            text.Append(CultureInfo.InvariantCulture, $"{StatusOf(alert)} {alert.Severity}: {NameOf(alert)}, {when}\n");
            text.Append(CultureInfo.InvariantCulture, $"{PrintableText.Of(alert.Summary)}\n");
            text.Append(alert.EndsAt is null ? $"{alert.Remedy} See docs/alerts.md, {alert.Name}.\n\n" : "\n");
        }

        foreach (HookEvent one in batch.Events)
        {
            text.Append(CultureInfo.InvariantCulture, $"{one.Time:u} {one.Level}: {NameOf(one)}\n{Lines(one.Message)}\n");
            text.Append(one.Exception is { } exception ? $"{Lines(exception)}\n\n" : "\n");
        }

        if (batch.NotSent.Count > 0)
        {
            IEnumerable<string> names = batch.NotSent.OrderByDescending(pair => pair.Value)
                .Select(pair => Invariant($"{PrintableText.Of(pair.Key)} {pair.Value:N0}"));
            text.Append(
                CultureInfo.InvariantCulture,
                $"{batch.NotSent.Values.Sum():N0} more events are in no delivery: {string.Join(", ", names)}. The log has them.\n");
        }

        return text.Append(CultureInfo.InvariantCulture, $"\nGateway {batch.Gateway}, version {batch.Version}\n").ToString();
    }

    private static string StatusOf(HookAlert alert) => alert.EndsAt is null ? "FIRING" : "RESOLVED";

    private static string NameOf(HookAlert alert) =>
        alert.Subject.Length > 0 ? $"{alert.Name} {PrintableText.Of(alert.Subject)}" : alert.Name;

    private static string NameOf(HookEvent one) => PrintableText.Of(
        one.EventName.Length > 0 ? Invariant($"{one.EventName} ({one.EventId})") : one.Category);

    /// <summary>Clients can write into some texts: nothing but line breaks stays.</summary>
    private static string Lines(string text) => string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Select(PrintableText.Of));

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
