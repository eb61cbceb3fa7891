namespace Tests.Cluster;

/// <summary>
/// Tests that have the shared cluster to themselves, after all others: they reset the shop, count or edit its first products, read its books while nothing
/// changes them, or stop parts of it.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class WholeShop : ICollectionFixture<ClusterFixture>
{
    public const string Name = "Cluster.Whole";
}
