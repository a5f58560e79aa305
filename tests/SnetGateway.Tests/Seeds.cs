using Xunit;
using System.Globalization;

namespace SnetGateway.Tests;

/// <summary>A new seed per run, printed. Set SNET_TEST_SEED to repeat a run.</summary>
internal static class Seeds
{
    public static int Next(ITestOutputHelper output)
    {
        string? replay = Environment.GetEnvironmentVariable("SNET_TEST_SEED");
        int seed = replay is null ? System.Random.Shared.Next() : int.Parse(replay, CultureInfo.InvariantCulture);
        output.WriteLine($"SNET_TEST_SEED={seed}");
        return seed;
    }

    public static Random Random(ITestOutputHelper output) => new(Next(output));
}
