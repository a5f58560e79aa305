using F23.StringSimilarity;

namespace SnetGateway.Gateway.Validation;

/// <summary>Finds the name that a misspelt one was probably meant to be.</summary>
internal static class ClosestMatch
{
    private const int MaxLength = 100;

    private static readonly OptimalStringAlignment s_metric = new();

    /// <summary>
    /// The remedy for a reference to something that is not configured: the closest name, or else those that are known, and where to
    /// configure it.
    /// </summary>
    public static string Choose(string wanted, ICollection<string> known, string section) =>
        known.Count == 0 ? $"Configure it in {section}"
        : Find(wanted, known) is { } near ? $"Write '{near}' if that was meant, or configure it in {section}"
        : $"Expected one of: {string.Join(", ", known.Take(10))}. Or configure it in {section}";

    /// <summary>
    /// The closest name of which at most every third letter differs, if any; two letters that changed places count as one, and case does
    /// not count. Two different single letters are not close.
    /// </summary>
    public static string? Find(string key, IEnumerable<string> names) => names
        .Where(name => Math.Max(key.Length, name.Length) <= MaxLength)
        .Select(name => (Name: name, Distance: s_metric.Distance(key.ToUpperInvariant(), name.ToUpperInvariant())))
        .Where(match => match.Distance < Math.Max(key.Length, match.Name.Length)
            && match.Distance <= Math.Max(1, Math.Max(key.Length, match.Name.Length) / 3))
        .OrderBy(match => match.Distance).FirstOrDefault().Name;
}
