using System.Globalization;

namespace SnetGateway.TestKit;

/// <summary>A new seed for each run, printed. Set SNET_TEST_SEED to repeat a run: it holds for every generated test and campaign.</summary>
public static class Seeds
{
    public const string Variable = "SNET_TEST_SEED";

    /// <param name="write">Prints a line: the output of the test.</param>
    /// <param name="fallback">The seed when none is set; null for a new one.</param>
    public static int Next(Action<string> write, int? fallback = null)
    {
        ArgumentNullException.ThrowIfNull(write);
        string? given = Environment.GetEnvironmentVariable(Variable);
        int seed = string.IsNullOrEmpty(given)
            ? fallback ?? System.Random.Shared.Next(1_000_000_000)
            : int.Parse(given, CultureInfo.InvariantCulture);
        write($"{Variable}={seed}");
        return seed;
    }

    public static Random Random(Action<string> write) => new(Next(write));
}
