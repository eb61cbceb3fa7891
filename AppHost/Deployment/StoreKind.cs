namespace AppHost.Deployment;

internal enum StoreKind
{
    Postgres,
    Redis,
    MongoDB,
}
