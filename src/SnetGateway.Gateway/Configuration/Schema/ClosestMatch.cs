namespace SnetGateway.Gateway.Configuration.Schema;

/// <summary>Finds the name that a misspelt one was probably meant to be.</summary>
internal static class ClosestMatch
{
    private const int MaxLength = 100;

    /// <summary>
    /// The nearest name that at most every third letter separates from <paramref name="key"/>, if any. One letter is not near to another.
    /// </summary>
    public static string? Nearest(string key, IEnumerable<string> names)
    {
        string? best = null;
        int bestDistance = int.MaxValue;
        foreach (string name in names)
        {
            int distance = Distance(key, name);
            if (distance < bestDistance && distance < Math.Max(key.Length, name.Length) && distance <= Math.Max(1, Math.Max(key.Length, name.Length) / 3))
            {
                best = name;
                bestDistance = distance;
            }
        }

        return best;
    }

    /// <summary>Letters to insert, delete, replace or swap with their neighbour; case does not count.</summary>
    public static int Distance(string left, string right)
    {
        if (left.Length > MaxLength || right.Length > MaxLength)
        {
            return int.MaxValue;
        }

        var d = new int[left.Length + 1, right.Length + 1];
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
