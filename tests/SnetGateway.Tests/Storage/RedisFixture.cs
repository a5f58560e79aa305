using Microsoft.Extensions.Logging.Abstractions;
using SnetGateway.Storage;
using SnetGateway.Storage.Redis;
using SnetGateway.TestKit.Stores;
using Xunit;

namespace SnetGateway.Tests.Storage;

/// <summary>One Redis for the tests of a class, with a separate key prefix for each store.</summary>
public sealed class RedisFixture : IAsyncLifetime
{
    private int _prefixes;

    public RedisProcess Redis { get; private set; } = null!;

    public static RedisRecordStore Open(LedgerOptions options) =>
        new(options, LedgerFolder.Scope, LedgerFolder.Metrics, NullLogger<RedisRecordStore>.Instance, TimeProvider.System);

    public async ValueTask InitializeAsync() => Redis = await RedisProcess.StartAsync();

    public async ValueTask DisposeAsync() => await Redis.DisposeAsync();

    /// <summary>Options of an empty store.</summary>
    public LedgerOptions Empty() => Redis.Options($"t{Interlocked.Increment(ref _prefixes)}");
}
