using Aspire.Hosting.Orchestration;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A Redis server.</summary>
public class RedisResource(string name) : ContainerResource(name), IResourceWithConnectionString
{
    private EndpointReference? _endpoint;

    /// <summary>Describes a server with a password.</summary>
    public RedisResource(string name, ParameterResource password) : this(name) => PasswordParameter = password;

    /// <summary>The password; null for none.</summary>
    public ParameterResource? PasswordParameter { get; private set; }

    /// <summary>Where it listens.</summary>
    public EndpointReference PrimaryEndpoint => _endpoint ??= new EndpointReference(this, "tcp");

    /// <inheritdoc/>
    public ReferenceExpression ConnectionStringExpression
    {
        get
        {
            if (ExternalConnections.Of(this) is { } external) return ReferenceExpression.Create($"{external}");
            var address = ReferenceExpression.Create($"{PrimaryEndpoint.Property(EndpointProperty.Host)}:{PrimaryEndpoint.Property(EndpointProperty.Port)}");
            return PasswordParameter is null ? address : ReferenceExpression.Create($"{address},password={PasswordParameter}");
        }
    }

    IEnumerable<KeyValuePair<string, ReferenceExpression>> IResourceWithConnectionString.GetConnectionProperties()
    {
        if (ExternalConnections.Of(this) is not null) yield break;
        yield return new("Host", ReferenceExpression.Create($"{PrimaryEndpoint.Property(EndpointProperty.Host)}"));
        yield return new("Port", ReferenceExpression.Create($"{PrimaryEndpoint.Property(EndpointProperty.Port)}"));
        if (PasswordParameter is not null) yield return new("Password", ReferenceExpression.Create($"{PasswordParameter}"));
        yield return new("Uri", PasswordParameter is null ? ReferenceExpression.Create($"{PrimaryEndpoint}") : ReferenceExpression.Create(
            $"{PrimaryEndpoint.Property(EndpointProperty.Scheme)}://:{PasswordParameter:uri}@{PrimaryEndpoint.Property(EndpointProperty.HostAndPort)}"));
    }

    internal void SetPassword(ParameterResource? password) => PasswordParameter = password;
}
