using SnetGateway.FunctionalTests.PaidEndToEnd;
using Xunit;

namespace SnetGateway.FunctionalTests.Faults;

/// <summary>A separate market for tests that break something; each starts its own gateway.</summary>
public sealed class FaultMarketFixture : MarketFixture
{
    public const string Collection = "Faults";

    [CollectionDefinition(Collection)]
    public sealed class Definition : ICollectionFixture<FaultMarketFixture>;
}
