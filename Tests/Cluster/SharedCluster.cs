namespace Tests.Cluster;

/// <summary>
/// Tests of APIs on the shared cluster. The classes of this collection run one after the other, beside the <see cref="Browser.BrowserTests"/> and all tests
/// without a cluster. They use items, users and orders of their own; tests that cannot belong to <see cref="WholeShop"/>.
/// </summary>
[CollectionDefinition(Name)]
public sealed class SharedCluster : ICollectionFixture<ClusterFixture>
{
    public const string Name = "Cluster";
}
