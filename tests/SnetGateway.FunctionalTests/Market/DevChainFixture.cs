using SnetGateway.TestKit.Market;
using Xunit;

namespace SnetGateway.FunctionalTests.Market;

/// <summary>
/// One local chain for all tests of a collection: <c>[Collection(DevChainFixture.Collection)]</c>. Each test opens channels of its own.
/// </summary>
public sealed class DevChainFixture : IAsyncLifetime
{
    public const string Collection = "Local chain";

    public DevChain Chain { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Chain = await DevChain.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (Chain is not null)
        {
            await Chain.DisposeAsync();
        }
    }
}
