using Xunit.Sdk;
using Xunit.v3;

// One cluster on two cores: tests that share the machine with each other would measure each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: TestCollectionOrderer(typeof(Tests.FastTestsFirst))]

namespace Tests;

/// <summary>Runs what fails in milliseconds before what needs a cluster.</summary>
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
