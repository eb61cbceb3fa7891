using Tests.Cluster;

namespace Tests.Browser;

/// <summary>
/// Tests in a real browser on the shared cluster. The classes of this collection run one after the other, beside the <see cref="SharedCluster"/>'s. Products
/// that they add, and changes to the first products, are not seen by those.
/// </summary>
[CollectionDefinition(Name)]
public sealed class BrowserTests : ICollectionFixture<ClusterFixture>, ICollectionFixture<Chromium>
{
    public const string Name = "Browser";
}
