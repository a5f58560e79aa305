using SnetGateway.TestKit.Market;
using Xunit;

namespace SnetGateway.FunctionalTests.Market;

/// <summary>
/// One local chain for all tests of a collection: <c>[Collection(DevChainFixture.Collection)]</c>. Each test opens channels of its own.
/// </summary>
public sealed class DevChainFixture : IAsyncLifetime
{
    public const string Collection = "Local chain";

    /// <summary>Those that take minutes have chains of their own, beside each other.</summary>
    public const string Kills = "Local chain under kills";

    /// <inheritdoc cref="Kills"/>
    public const string Replicas = "Local chain of replicas";

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
