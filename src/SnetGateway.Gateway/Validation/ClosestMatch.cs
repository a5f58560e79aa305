namespace SnetGateway.Gateway.Validation;

/// <summary>Finds the name that a misspelt one was probably meant to be.</summary>
internal static class ClosestMatch
{
    private const int MaxLength = 100;

    /// <summary>
    /// The remedy for a reference to something that is not configured: the closest name, or else those that are known, and where to
    /// configure it.
    /// </summary>
    public static string Choose(string wanted, ICollection<string> known, string section) =>
        known.Count == 0 ? $"Configure it in {section}"
        : Find(wanted, known) is { } near ? $"Write '{near}' if that was meant, or configure it in {section}"
        : $"Expected one of: {string.Join(", ", known.Take(10))}. Or configure it in {section}";

    /// <summary>The closest name of which at most every third letter differs, if any. Two different single letters are not close.</summary>
    public static string? Find(string key, IEnumerable<string> names)
    {
        string? name = names.MinBy(name => Distance(key, name));
        int length = Math.Max(key.Length, name?.Length ?? 0), distance = name is null ? int.MaxValue : Distance(key, name);
        return distance < length && distance <= Math.Max(1, length / 3) ? name : null;
    }

    /// <summary>Letters to insert, delete, replace or swap with their neighbour; case does not count.</summary>
    public static int Distance(string left, string right)
    {
        if (left.Length > MaxLength || right.Length > MaxLength)
        {
            return int.MaxValue;
        }

        int[,] d = new int[left.Length + 1, right.Length + 1];
        for (int i = 0; i <= left.Length; i++)
        {
            for (int j = 0; j <= right.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    d[i, j] = i + j;
                    continue;
                }

                int cost = Same(left[i - 1], right[j - 1]) ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && Same(left[i - 1], right[j - 2]) && Same(left[i - 2], right[j - 1]))
                {
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
                }
            }
        }

        return d[left.Length, right.Length];
    }

    private static bool Same(char a, char b) => char.ToUpperInvariant(a) == char.ToUpperInvariant(b);
}
