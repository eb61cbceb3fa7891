namespace AppHost.Deployment;

/// <summary>A service's connection to a store.</summary>
/// <param name="Name">The connection string's name.</param>
/// <param name="Database">The database; null for the server itself.</param>
internal sealed record StoreConnection(string Name, Store Store, StoreDatabase? Database)
{
    public string Secret => Database?.Secret ?? Store.Password.Name;

    /// <summary>Writes the connection string for the user that owns the database; the model's own connection string is the server administrator's.</summary>
    /// <param name="hosts">Host and port; for a replica set or a Postgres cluster several, separated by commas.</param>
    /// <param name="password">The password, or a placeholder for it: letters and digits only.</param>
    /// <exception cref="DistributedApplicationException">The connection is to a whole database server.</exception>
    public string Write(string hosts, string password) => (Store.Kind, Database) switch
    {
        (StoreKind.Redis, _) => $"{hosts},password={password}",
        (StoreKind.Postgres, { } database) when hosts.Split(':') is [var host, var port]
            => $"Host={host};Port={port};Username={database.Owner};Password={password};Database={database.DatabaseName}",
        (StoreKind.Postgres, { } database) => $"Host={hosts};Username={database.Owner};Password={password};Database={database.DatabaseName}",
        (StoreKind.MongoDB, { } database)
            => $"mongodb://{database.Owner}:{password}@{hosts}/{database.DatabaseName}?authSource=admin&authMechanism=SCRAM-SHA-256",
        _ => throw new DistributedApplicationException($"'{Name}' is a whole server; give the service its own database with AddDatabase."),
    };
}
