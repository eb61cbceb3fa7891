namespace AppHost.Deployment;

/// <summary>A database server.</summary>
/// <param name="Environment">Its variables; values may hold secrets and addresses.</param>
/// <param name="Password">The parameter that is its password.</param>
internal sealed record Store(string Name, StoreKind Kind, int Port, string Image, IReadOnlyDictionary<string, object> Environment,
    IReadOnlyList<string> Arguments, string? Entrypoint, string DataFolder, ParameterResource Password, IReadOnlyList<StoreDatabase> Databases)
{
    /// <summary>
    /// What the default user of Redis may do, and with it whoever has the password that services get: everything with data, nothing with the server.
    /// </summary>
    public const string RedisRights = "~* &* +@all -@admin -@dangerous +info";

    /// <summary>The secrets that services get: the password of each database's owner, or of a server that has no databases.</summary>
    public IEnumerable<string> ServiceSecrets => Databases.Count == 0 ? [Password.Name] : Databases.Select(d => d.Secret);
}
