namespace Tests.Cluster;

/// <summary>Stops the shared cluster before the tests of a collection.</summary>
public sealed class StoppedShop(SharedShop shared) : IAsyncLifetime
{
    public async ValueTask InitializeAsync() => await shared.StopAsync();

    public ValueTask DisposeAsync() => default;
}
