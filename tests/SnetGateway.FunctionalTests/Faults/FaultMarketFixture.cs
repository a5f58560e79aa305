using SnetGateway.FunctionalTests.PaidEndToEnd;
using Xunit;

namespace SnetGateway.FunctionalTests.Faults;

/// <summary>A market of its own for tests that break something; each starts the gateway that it breaks.</summary>
public sealed class FaultMarketFixture : MarketFixture
{
    public const string Collection = "Faults";

    [CollectionDefinition(Collection)]
    public sealed class Definition : ICollectionFixture<FaultMarketFixture>;
}
