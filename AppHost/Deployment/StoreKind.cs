namespace AppHost.Deployment;

/// <summary>What a store is.</summary>
internal enum StoreKind
{
    Postgres,
    Redis,
    MongoDB,
}
