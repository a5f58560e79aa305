using System.Globalization;
using System.IO.Enumeration;

namespace SnetGateway.Gateway.Alerts;

/// <summary>Which alerts are not sent.</summary>
internal static class AlertSilences
{
    /// <summary>The name of a silence that holds for a problem now; null for none.</summary>
    public static string? Find(AlertProblem problem, AlertOptions options, DateTimeOffset now) => options.Silences
        .Where(silence => TryReadTime(silence.Value.Until, out DateTimeOffset until) && now < until
            && FileSystemName.MatchesSimpleExpression(silence.Value.Alert, problem.Rule.Name, ignoreCase: false)
            && FileSystemName.MatchesSimpleExpression(silence.Value.Subject, problem.Subject, ignoreCase: false))
        .Select(silence => silence.Key)
        .FirstOrDefault();

    /// <summary>Reads a time with its offset from UTC, as 2026-12-01T06:00:00Z.</summary>
    public static bool TryReadTime(string text, out DateTimeOffset time) => DateTimeOffset.TryParseExact(
        text, ["yyyy-MM-ddTHH:mmK", "yyyy-MM-ddTHH:mm:ssK"], CultureInfo.InvariantCulture, DateTimeStyles.None, out time)
        && (text.EndsWith('Z') || text[^6] is '+' or '-');
}
