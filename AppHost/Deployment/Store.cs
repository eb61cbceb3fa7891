namespace AppHost.Deployment;

/// <summary>A database server.</summary>
/// <param name="Environment">The server's variables; values may contain secrets and addresses.</param>
/// <param name="Password">The parameter with the server's password.</param>
internal sealed record Store(string Name, StoreKind Kind, int Port, string Image, IReadOnlyDictionary<string, object> Environment,
    IReadOnlyList<string> Arguments, string? Entrypoint, string DataFolder, ParameterResource Password, IReadOnlyList<StoreDatabase> Databases)
{
    /// <summary>The rights of Redis's default user, whose password services get: all commands on data, none on the server.</summary>
    public const string RedisRights = "~* &* +@all -@admin -@dangerous +info";

    /// <summary>The secrets that services get: the password of each database's owner, or the server's password if it has no databases.</summary>
    public IEnumerable<string> ServiceSecrets => Databases.Count == 0 ? [Password.Name] : Databases.Select(d => d.Secret);
}
