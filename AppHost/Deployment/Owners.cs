namespace AppHost.Deployment;

/// <summary>The scripts that make databases and their owners when a server starts.</summary>
internal static class Owners
{
    /// <summary>For Postgres, from <c>postgres-owners.sh</c> or <c>documentdb-owners.sh</c>; a password is what a shell makes of the expression.</summary>
    public static string Script(string resource, Store store, Func<StoreDatabase, string> password) => OutputFolder.Read(resource,
        ("OWNERS", string.Join('\n', store.Databases.Select(d => $"owner {d.Owner} \"{password(d)}\""))));

    /// <summary>For MongoDB's shell; passwords come in variables.</summary>
    public static string MongoScript(Store store) => OutputFolder.Read("mongodb-owners.js",
        ("OWNERS", string.Join(", ", store.Databases.Select(d => $"['{d.Owner}', process.env.{DeploymentModel.VariableOf(d.Secret)}]"))));

    /// <summary>For a shell: a variable.</summary>
    public static string Variable(StoreDatabase database) => $"${DeploymentModel.VariableOf(database.Secret)}";

    /// <summary>The command line of a container of Redis, whose default user gets the rights of services only.</summary>
    public static IReadOnlyList<string> Limited(Store redis)
        => [.. redis.Arguments.SkipLast(1), $"{redis.Arguments[^1]} --user default on \">${DeploymentModel.VariableOf(redis.Password.Name)}\" " +
            string.Join(' ', Store.RedisRights.Split(' ').Select(r => $"'{r}'"))];
}
