using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.FunctionalTests.PaidEndToEnd;
using SnetGateway.FunctionalTests.Registry;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongCollectionsFirst))]

namespace SnetGateway.FunctionalTests.Infrastructure;

/// <summary>
/// What takes a minute or more comes first: begun last, it would leave the other threads without work at the end. That is some classes, and
/// the named collections, whose classes run one after the other.
/// </summary>
public sealed class LongCollectionsFirst : ITestCollectionOrderer
{
    private static readonly string[] s_long = [typeof(AutopilotTests).FullName!, typeof(RegistryTests).FullName!];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(collection => Rank(collection))];

    /// <summary>The collection of a class without a named one has the name of the class in its display name.</summary>
    private static int Rank(ITestCollection collection) =>
        s_long.Any(name => collection.TestCollectionDisplayName.Contains(name, StringComparison.Ordinal)) ? 0
        : collection.TestCollectionClassName is not null ? 1
        : 2;
}
