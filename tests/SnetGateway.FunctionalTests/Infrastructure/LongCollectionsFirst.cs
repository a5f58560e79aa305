using SnetGateway.FunctionalTests.Infrastructure;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongCollectionsFirst))]

namespace SnetGateway.FunctionalTests.Infrastructure;

/// <summary>
/// The classes of one collection run one after the other, for minutes: begun last, they would leave the other threads without work at the
/// end.
/// </summary>
public sealed class LongCollectionsFirst : ITestCollectionOrderer
{
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(collection => collection.TestCollectionClassName is null)];
}
