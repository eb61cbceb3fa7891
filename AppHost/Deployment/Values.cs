using System.Globalization;

namespace AppHost.Deployment;

/// <summary>Writes the model's values with one deployment's addresses and secrets.</summary>
/// <param name="host">Gets a resource's host from its name.</param>
/// <param name="port">Gets an endpoint's port.</param>
/// <param name="secret">Gets the text of a secret. Secrets are letters and digits only, so they need no quoting in any connection string.</param>
internal sealed class Values(Func<string, string> host, Func<EndpointReference, int> port, Func<ParameterResource, string> secret)
{
    /// <summary>Writes a value: text, a parameter, an endpoint or one of its properties, or an expression of those.</summary>
    /// <exception cref="DistributedApplicationException">The value has another type.</exception>
    public string Write(object value) => value switch
    {
        string text => text,
        ParameterResource parameter => secret(parameter),
        ReferenceExpression expression
            => string.Format(CultureInfo.InvariantCulture, expression.Format, [.. expression.ValueProviders.Select(Write)]),
        ConnectionStringReference reference => Write(reference.Resource.ConnectionStringExpression),
        IResourceWithConnectionString resource => Write(resource.ConnectionStringExpression),
        EndpointReference endpoint => Property(endpoint, EndpointProperty.Url),
        EndpointReferenceExpression part => Property(part.Endpoint, part.Property),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new DistributedApplicationException($"A value of type {value.GetType().Name} cannot be published."),
    };

    private string Property(EndpointReference endpoint, EndpointProperty property)
    {
        var (name, number) = (host(endpoint.Resource.Name), port(endpoint).ToString(CultureInfo.InvariantCulture));
        return property switch
        {
            EndpointProperty.Url => $"{endpoint.Scheme}://{name}:{number}",
            EndpointProperty.Host or EndpointProperty.IPV4Host => name,
            EndpointProperty.Port or EndpointProperty.TargetPort => number,
            EndpointProperty.HostAndPort => $"{name}:{number}",
            EndpointProperty.Scheme => endpoint.Scheme,
            _ => throw new DistributedApplicationException($"The property {property} of an endpoint cannot be published."),
        };
    }
}
