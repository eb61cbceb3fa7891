using Tests.Browser;
using Tests.Cluster;
using Tests.MongoDB;
using Xunit.Sdk;
using Xunit.v3;

// Classes without a collection form one, which runs beside those of the shared cluster. More than two at a time would slow each other down on two cores, and
// fail their time limits. A collection whose definition disables parallelization runs after these, alone.
[assembly: CollectionBehavior(CollectionBehavior.CollectionPerAssembly, MaxParallelThreads = 2)]
[assembly: TestCollectionOrderer(typeof(Tests.TestOrder))]
[assembly: AssemblyFixture(typeof(SharedShop))]

namespace Tests;

/// <summary>Starts with the collections that take longest, and uses the shared cluster until it is no longer needed.</summary>
public sealed class TestOrder : ITestCollectionOrderer
{
    /// <summary>After the collection of the classes that have none.</summary>
    private static readonly string[] Order = [SharedCluster.Name, BrowserTests.Name, SharedMongoDBServer.Name, WholeShop.Name];

    /// <inheritdoc/>
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection
        => [.. testCollections.OrderBy(Rank).ThenBy(c => c.TestCollectionDisplayName, StringComparer.Ordinal)];

    private static int Rank<TTestCollection>(TTestCollection collection) where TTestCollection : ITestCollection
        => collection.TestCollectionDisplayName.StartsWith("Test collection for", StringComparison.Ordinal) ? -1
            : Array.IndexOf(Order, collection.TestCollectionDisplayName) is >= 0 and var rank ? rank : Order.Length;
}
