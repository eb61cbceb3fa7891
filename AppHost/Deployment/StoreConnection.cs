namespace AppHost.Deployment;

/// <summary>How a service reaches a store.</summary>
/// <param name="Name">The connection string's name.</param>
/// <param name="Database">The database; null for the server itself.</param>
internal sealed record StoreConnection(string Name, Store Store, StoreDatabase? Database)
{
    /// <summary>The secret that the connection string holds.</summary>
    public string Secret => Database?.Secret ?? Store.Password.Name;

    /// <summary>Writes the connection string, for the user that owns the database: the model's own is the server's administrator.</summary>
    /// <param name="hosts">Host and port; of a replica set several, with commas.</param>
    /// <param name="password">The password, or what stands for it: letters and digits only.</param>
    /// <exception cref="DistributedApplicationException">It is to a whole server of databases.</exception>
    public string Write(string hosts, string password) => (Store.Kind, Database) switch
    {
        (StoreKind.Redis, _) => $"{hosts},password={password}",
        (StoreKind.Postgres, { } database) when hosts.Split(':') is [var host, var port]
            => $"Host={host};Port={port};Username={database.Owner};Password={password};Database={database.DatabaseName}",
        (StoreKind.MongoDB, { } database)
            => $"mongodb://{database.Owner}:{password}@{hosts}/{database.DatabaseName}?authSource=admin&authMechanism=SCRAM-SHA-256",
        _ => throw new DistributedApplicationException($"'{Name}' is a whole server: a service gets a database of its own, by AddDatabase."),
    };
}
