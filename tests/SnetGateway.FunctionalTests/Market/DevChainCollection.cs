using Xunit;

namespace SnetGateway.FunctionalTests.Market;

[CollectionDefinition(DevChainFixture.Collection)]
public sealed class DevChainCollection : ICollectionFixture<DevChainFixture>
{
    [CollectionDefinition(DevChainFixture.Kills)]
    public sealed class Kills : ICollectionFixture<DevChainFixture>;

    [CollectionDefinition(DevChainFixture.Replicas)]
    public sealed class Replicas : ICollectionFixture<DevChainFixture>;
}
