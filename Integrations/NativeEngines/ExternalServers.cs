using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Configuration;

namespace NativeEngines;

/// <summary>
/// Handles existing servers and databases, which the configuration names as <c>ConnectionStrings:NAME</c>. The application does not start them, and resources
/// that refer to them get the given connection string.
/// </summary>
internal sealed class ExternalServers(IConfiguration configuration, IDistributedApplicationEventing eventing, ResourceNotificationService notifications,
    IServiceProvider services)
{
    /// <summary>Removes existing servers from the orchestrator's control.</summary>
    public async Task ApplyAsync(DistributedApplicationModel model, CancellationToken ct)
    {
        foreach (var server in model.Resources.OfType<ContainerResource>().Where(r => r is IResourceWithConnectionString).ToList())
        {
            List<IResource> databases = [.. model.Resources.Where(r => r is IResourceWithParent { Parent: var parent } && parent == server)];
            foreach (var database in databases.Where(d => Given(d) is not null)) Replace(model, database, Given(database)!);
            if (Given(server) is { } connection)
            {
                server.Annotations.Add(new ConnectionStringRedirectAnnotation(new GivenConnectionString(server.Name, connection)));
                RemoveContainer(server);
                foreach (var resource in databases.Prepend(server).OfType<IResourceWithConnectionString>())
                    await eventing.PublishAsync(new ConnectionStringAvailableEvent(resource, services), ct);
                await AnnounceAsync([server, .. databases]);
            }
            else if (databases.Count > 0 && databases.TrueForAll(d => Given(d) is not null))
            {
                RemoveContainer(server);
                server.Annotations.Add(new ExplicitStartupAnnotation()); // no resource needs it
                foreach (var resource in model.Resources)
                    foreach (var wait in resource.Annotations.OfType<WaitAnnotation>().Where(w => w.Resource == server).ToList())
                        resource.Annotations.Remove(wait);
                await AnnounceAsync(databases);
            }
        }
    }

    private string? Given(IResource resource) => configuration.GetConnectionString(resource.Name) is { Length: > 0 } given ? given : null;

    /// <summary>Replaces a database that has its own server: resources that refer to it get its connection string, and nothing from the local server.</summary>
    private static void Replace(DistributedApplicationModel model, IResource database, string connection)
    {
        foreach (var check in database.Annotations.OfType<HealthCheckAnnotation>().ToList()) database.Annotations.Remove(check);
        foreach (var user in model.Resources.Where(r => r.Annotations.OfType<ResourceRelationshipAnnotation>().Any(a => a.Resource == database)))
            user.Annotations.Add(new EnvironmentCallbackAnnotation(
                context => context.EnvironmentVariables[$"ConnectionStrings__{database.Name}"] = connection));
    }

    /// <summary>Removes the image, so that the orchestrator does not run the resource.</summary>
    private static void RemoveContainer(ContainerResource server)
    {
        foreach (var annotation in server.Annotations.Where(a => a is ContainerImageAnnotation or EndpointAnnotation).ToList())
            server.Annotations.Remove(annotation);
    }

    private async Task AnnounceAsync(IEnumerable<IResource> resources)
    {
        foreach (var resource in resources)
            await notifications.PublishUpdateAsync(resource, s => s with
            {
                ResourceType = "External",
                State = KnownResourceStates.Running,
                Properties = [new(CustomResourceKnownProperties.Source, "ConnectionStrings")],
            });
    }

    /// <summary>A configured connection string, as a resource that another one redirects to.</summary>
    private sealed class GivenConnectionString(string name, string connection) : Resource(name), IResourceWithConnectionString
    {
        public ReferenceExpression ConnectionStringExpression { get; } = ReferenceExpression.Create($"{connection}");
    }
}
