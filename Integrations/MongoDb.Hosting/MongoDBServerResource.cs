using System.Globalization;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A MongoDB server.</summary>
public class MongoDBServerResource(string name) : ContainerResource(name), IResourceWithConnectionString
{
    internal const string PrimaryEndpointName = "tcp";
    private const string DefaultUserName = "admin", AuthenticationDatabase = "admin", AuthenticationMechanism = "SCRAM-SHA-256";
    private readonly Dictionary<string, string> _databases = new(StringComparer.OrdinalIgnoreCase);
    private EndpointReference? _endpoint;

    /// <summary>Creates a server with a root user.</summary>
    public MongoDBServerResource(string name, ParameterResource? userNameParameter, ParameterResource? passwordParameter) : this(name)
    {
        UserNameParameter = userNameParameter;
        PasswordParameter = passwordParameter;
    }

    /// <summary>The endpoint that clients connect to.</summary>
    public EndpointReference PrimaryEndpoint => _endpoint ??= new EndpointReference(this, PrimaryEndpointName);

    /// <summary>The parameter with the root user's name; null for <c>admin</c>.</summary>
    public ParameterResource? UserNameParameter { get; }

    /// <summary>The parameter with the root user's password.</summary>
    public ParameterResource? PasswordParameter { get; }

    /// <summary>The root user's name.</summary>
    public ReferenceExpression UserNameReference
        => UserNameParameter is null ? ReferenceExpression.Create($"{DefaultUserName}") : ReferenceExpression.Create($"{UserNameParameter}");

    /// <summary>The databases: resource name to database name.</summary>
    public IReadOnlyDictionary<string, string> Databases => _databases;

    /// <inheritdoc/>
    public ReferenceExpression ConnectionStringExpression => BuildConnectionString(null);

    IEnumerable<KeyValuePair<string, ReferenceExpression>> IResourceWithConnectionString.GetConnectionProperties() => Properties(null);

    /// <summary>Gets the connection properties of the server, or of one of its databases.</summary>
    internal IEnumerable<KeyValuePair<string, ReferenceExpression>> Properties(string? database)
    {
        yield return new("Host", ReferenceExpression.Create($"{PrimaryEndpoint.Property(EndpointProperty.Host)}"));
        yield return new("Port", ReferenceExpression.Create($"{PrimaryEndpoint.Property(EndpointProperty.Port)}"));
        yield return new("Username", UserNameReference);
        yield return new("Uri", BuildConnectionString(database));
        if (database is not null) yield return new("DatabaseName", ReferenceExpression.Create($"{database}"));
        if (PasswordParameter is null) yield break;
        yield return new("Password", ReferenceExpression.Create($"{PasswordParameter}"));
        yield return new("AuthenticationDatabase", ReferenceExpression.Create($"{AuthenticationDatabase}"));
        yield return new("AuthenticationMechanism", ReferenceExpression.Create($"{AuthenticationMechanism}"));
    }

    internal void AddDatabase(string name, string databaseName) => _databases.Add(name, databaseName);

    internal ReferenceExpression BuildConnectionString(string? database)
    {
        if (this.TryGetLastAnnotation<ConnectionStringRedirectAnnotation>(out var redirect))
        {
            var given = redirect.Resource.ConnectionStringExpression;
            if (database is null) return given;
            if (given.ValueProviders.Count > 0)
                throw new DistributedApplicationException($"'{Name}' is redirected to '{redirect.Resource.Name}', whose connection string is not a constant: " +
                    $"no database can be added to it.");
            return ReferenceExpression.Create($"{WithDatabase(string.Format(CultureInfo.InvariantCulture, given.Format), database)}");
        }

        var builder = new ReferenceExpressionBuilder();
        builder.AppendLiteral("mongodb://");
        if (PasswordParameter is not null)
        {
            if (UserNameParameter is null) builder.AppendLiteral(DefaultUserName);
            else builder.AppendFormatted(UserNameParameter, "uri");
            builder.AppendLiteral(":");
            builder.AppendFormatted(PasswordParameter, "uri");
            builder.AppendLiteral("@");
        }
        builder.AppendFormatted(PrimaryEndpoint.Property(EndpointProperty.HostAndPort));
        if (database is not null || PasswordParameter is not null) builder.AppendLiteral("/");
        if (database is not null) builder.AppendLiteral(Uri.EscapeDataString(database));
        if (PasswordParameter is not null) builder.AppendLiteral($"?authSource={AuthenticationDatabase}&authMechanism={AuthenticationMechanism}");
        return builder.Build();
    }

    /// <summary>
    /// Replaces the database in a connection string. Users still authenticate against the replaced database, or else <c>admin</c>, unless the options say
    /// otherwise (MongoDB's connection string specification).
    /// </summary>
    private static string WithDatabase(string address, string database)
    {
        var scheme = address.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0) return address; // the driver reports what is wrong with it
        var start = scheme + 3;
        var hostsEnd = address.IndexOfAny(['/', '?'], start) is >= 0 and var end ? end : address.Length;
        var optionsStart = address.IndexOf('?', hostsEnd) is >= 0 and var mark ? mark : address.Length;
        var (given, options) = (address[hostsEnd..optionsStart].TrimStart('/'), address[optionsStart..].TrimStart('?'));
        if (address[start..hostsEnd].Contains('@', StringComparison.Ordinal)
            && !options.Contains("authSource=", StringComparison.OrdinalIgnoreCase)
            && !options.Replace("authMechanism=SCRAM-", "", StringComparison.OrdinalIgnoreCase).Contains("authMechanism=", StringComparison.OrdinalIgnoreCase))
            options += $"{(options.Length == 0 ? "" : "&")}authSource={(given.Length == 0 ? AuthenticationDatabase : given)}";
        return $"{address[..hostsEnd]}/{Uri.EscapeDataString(database)}{(options.Length == 0 ? "" : "?")}{options}";
    }
}
