namespace Tests.Cluster;

/// <summary>Tests that start clusters of their own. They run after all others, because two clusters at a time would slow each other down.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone : ICollectionFixture<StoppedShop>
{
    public const string Name = "Alone";
}
