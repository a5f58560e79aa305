using System.Globalization;
using Xunit.Abstractions;

namespace SnetGateway.Tests.Grpc;

/// <summary>A fresh random source per run whose seed is printed; set GRPC_TEST_SEED to run one again.</summary>
internal static class Seeds
{
    public static Random Next(ITestOutputHelper output)
    {
        var replay = Environment.GetEnvironmentVariable("GRPC_TEST_SEED");
        var seed = replay is null ? Random.Shared.Next() : int.Parse(replay, CultureInfo.InvariantCulture);
        output.WriteLine($"GRPC_TEST_SEED={seed}");
        return new Random(seed);
    }
}
