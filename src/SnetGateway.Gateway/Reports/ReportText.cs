using System.Globalization;

namespace SnetGateway.Gateway.Reports;

/// <summary>How reports write times for people.</summary>
internal static class ReportText
{
    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
