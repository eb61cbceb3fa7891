using Xunit.Sdk;
using Xunit.v3;

// One cluster at a time: on two cores, parallel tests would slow each other down and fail their time limits.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: TestCollectionOrderer(typeof(Tests.FastTestsFirst))]

namespace Tests;

/// <summary>Runs tests that need no cluster first, because they fail within milliseconds.</summary>
public sealed class FastTestsFirst : ITestCollectionOrderer
{
    private static readonly string[] Order = ["Tests.Unit.", "Tests.Api.", "Tests.Cluster.", "Cluster", "Faults"];

    /// <inheritdoc/>
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection
        => [.. testCollections.OrderBy(Rank).ThenBy(c => c.TestCollectionDisplayName, StringComparer.Ordinal)];

    private static int Rank<TTestCollection>(TTestCollection collection) where TTestCollection : ITestCollection
        => Array.FindIndex(Order, o => collection.TestCollectionDisplayName.Contains(o, StringComparison.Ordinal)) is >= 0 and var rank ? rank : Order.Length;
}
