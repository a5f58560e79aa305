using Xunit;

namespace SnetGateway.FunctionalTests.Adversary;

/// <summary>A group for the tests of one class, whose ledger must be clean when they are through.</summary>
public sealed class OwnGroupFixture : IAsyncLifetime
{
    internal OwnGroup Group { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Group = await OwnGroup.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await using (Group)
        {
            Assert.Null(await Group.VerifyAsync());
        }
    }
}
