namespace AppHost.Deployment;

/// <summary>Writes the scripts that create databases and their owners when a server starts.</summary>
internal static class Owners
{
    /// <summary>Writes the script for Postgres, from <c>postgres-owners.sh</c> or <c>documentdb-owners.sh</c>; passwords are shell expressions.</summary>
    public static string Script(string resource, Store store, Func<StoreDatabase, string> password) => OutputFolder.Read(resource,
        ("OWNERS", string.Join('\n', store.Databases.Select(d => $"owner {d.Owner} \"{password(d)}\""))));

    /// <summary>Writes the script for MongoDB's shell; passwords come from environment variables.</summary>
    public static string MongoScript(Store store) => OutputFolder.Read("mongodb-owners.js",
        ("OWNERS", string.Join(", ", store.Databases.Select(d => $"['{d.Owner}', process.env.{DeploymentModel.VariableOf(d.Secret)}]"))));

    /// <summary>Gets the shell variable with the owner's password.</summary>
    public static string Variable(StoreDatabase database) => $"${DeploymentModel.VariableOf(database.Secret)}";

    /// <summary>Gets the command line of a Redis container whose default user has only the rights of services.</summary>
    public static IReadOnlyList<string> Limited(Store redis)
        => [.. redis.Arguments.SkipLast(1), $"{redis.Arguments[^1]} --user default on \">${DeploymentModel.VariableOf(redis.Password.Name)}\" " +
            string.Join(' ', Store.RedisRights.Split(' ').Select(r => $"'{r}'"))];
}
