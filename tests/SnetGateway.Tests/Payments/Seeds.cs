using System.Globalization;
using Xunit.Abstractions;

namespace SnetGateway.Tests.Payments;

/// <summary>A fresh seed per run, printed; set PAYMENTS_TEST_SEED to run one again.</summary>
internal static class Seeds
{
    public static int Next(ITestOutputHelper output)
    {
        string? replay = Environment.GetEnvironmentVariable("PAYMENTS_TEST_SEED");
        int seed = replay is null ? Random.Shared.Next() : int.Parse(replay, CultureInfo.InvariantCulture);
        output.WriteLine($"PAYMENTS_TEST_SEED={seed}");
        return seed;
    }
}
