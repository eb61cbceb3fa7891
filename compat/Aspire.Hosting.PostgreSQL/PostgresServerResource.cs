using Aspire.Hosting.Orchestration;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A PostgreSQL server.</summary>
public class PostgresServerResource : ContainerResource, IResourceWithConnectionString
{
    private const string DefaultUserName = "postgres";
    private readonly Dictionary<string, string> _databases = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Describes a server by its superuser.</summary>
    public PostgresServerResource(string name, ParameterResource? userName, ParameterResource password) : base(name)
    {
        ArgumentNullException.ThrowIfNull(password);
        PrimaryEndpoint = new EndpointReference(this, "tcp");
        UserNameParameter = userName;
        PasswordParameter = password;
    }

    /// <summary>Where it listens.</summary>
    public EndpointReference PrimaryEndpoint { get; }

    /// <summary>The superuser's name; null for <c>postgres</c>.</summary>
    public ParameterResource? UserNameParameter { get; set; }

    /// <summary>The superuser's password.</summary>
    public ParameterResource PasswordParameter { get; set; }

    /// <summary>The superuser's name as a value.</summary>
    public ReferenceExpression UserNameReference
        => UserNameParameter is null ? ReferenceExpression.Create($"{DefaultUserName}") : ReferenceExpression.Create($"{UserNameParameter}");

    /// <summary>The databases: resource name to database name.</summary>
    public IReadOnlyDictionary<string, string> Databases => _databases;

    /// <inheritdoc/>
    public ReferenceExpression ConnectionStringExpression => ExternalConnections.Of(this) is { } external
        ? ReferenceExpression.Create($"{external}")
        : ReferenceExpression.Create($"Host={PrimaryEndpoint.Property(EndpointProperty.Host)};Port={PrimaryEndpoint.Property(EndpointProperty.Port)};" +
            $"Username={UserNameAs(ReferenceExpression.Setting)};Password={PasswordParameter:setting}");

    IEnumerable<KeyValuePair<string, ReferenceExpression>> IResourceWithConnectionString.GetConnectionProperties() => Properties(null);

    /// <summary>The connection properties of the server, or of one of its databases.</summary>
    internal IEnumerable<KeyValuePair<string, ReferenceExpression>> Properties(string? database)
    {
        if (database is not null) yield return new("DatabaseName", ReferenceExpression.Create($"{database}"));
        if (ExternalConnections.Of(this) is not null) yield break; // what is inside a given string is its giver's business
        yield return new("Host", ReferenceExpression.Create($"{PrimaryEndpoint.Property(EndpointProperty.Host)}"));
        yield return new("Port", ReferenceExpression.Create($"{PrimaryEndpoint.Property(EndpointProperty.Port)}"));
        yield return new("Username", UserNameReference);
        yield return new("Password", ReferenceExpression.Create($"{PasswordParameter}"));
        var address = ReferenceExpression.Create($"{PrimaryEndpoint.Property(EndpointProperty.HostAndPort)}{(database is null ? "" : "/")}{database:uri}");
        yield return new("Uri", ReferenceExpression.Create($"postgresql://{UserNameAs("uri")}:{PasswordParameter:uri}@{address}"));
        yield return new("JdbcConnectionString", ReferenceExpression.Create($"jdbc:postgresql://{address}"));
    }

    private ReferenceExpression UserNameAs(string format)
    {
        var builder = new ReferenceExpressionBuilder();
        if (UserNameParameter is null) builder.AppendLiteral(DefaultUserName);
        else builder.AppendFormatted(UserNameParameter, format);
        return builder.Build();
    }

    internal void AddDatabase(string name, string databaseName) => _databases.Add(name, databaseName);
}

/// <summary>A database of a PostgreSQL server; created when the server is ready.</summary>
public class PostgresDatabaseResource(string name, string databaseName, PostgresServerResource postgresParentResource)
    : Resource(name), IResourceWithParent<PostgresServerResource>, IResourceWithConnectionString
{
    /// <inheritdoc/>
    public PostgresServerResource Parent { get; } = postgresParentResource;

    /// <summary>Its name on the server.</summary>
    public string DatabaseName { get; } = databaseName;

    /// <inheritdoc/>
    public ReferenceExpression ConnectionStringExpression => ExternalConnections.Of(this) is { } external
        ? ReferenceExpression.Create($"{external}")
        : ReferenceExpression.Create($"{Parent.ConnectionStringExpression};Database={DatabaseName:setting}");

    IEnumerable<KeyValuePair<string, ReferenceExpression>> IResourceWithConnectionString.GetConnectionProperties()
        => ExternalConnections.Of(this) is not null ? [] : Parent.Properties(DatabaseName);
}
