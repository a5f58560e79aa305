using Xunit;

namespace SnetGateway.FunctionalTests.Market;

[CollectionDefinition(DevChainFixture.Collection)]
public sealed class DevChainCollection : ICollectionFixture<DevChainFixture>;
