using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace AppHost.Deployment;

/// <summary>The application as all deployments see it, read from the model through Aspire's public API only.</summary>
internal sealed record DeploymentModel(IReadOnlyList<Service> Services, IReadOnlyList<Store> Stores, Gateway Gateway)
{
    /// <summary>The default image version, which is also the projects' default.</summary>
    public const string ImageTag = "1.0.0";

    /// <summary>Variables that Aspire adds for its own publishers. Every target sets the ports and the telemetry export itself.</summary>
    private static readonly string[] OfPublishing = ["HTTP_PORTS", "OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY"];

    public static async Task<DeploymentModel> ReadAsync(DistributedApplicationModel model, DistributedApplicationExecutionContext context, CancellationToken ct)
    {
        var stores = new Dictionary<IResource, Store>();
        foreach (var resource in model.Resources.OfType<ContainerResource>())
            if (KindOf(resource) is { } kind) stores[resource] = await ReadStoreAsync(resource, kind, model, context, ct);
        var services = new List<Service>();
        foreach (var project in model.Resources.OfType<ProjectResource>()) services.Add(await ReadServiceAsync(project, stores, context, ct));
        var gateway = model.Resources.OfType<ContainerResource>().Single(r => r.Annotations.OfType<GatewayRoutes>().Any());
        var configuration = context.Services.GetRequiredService<IConfiguration>();
        return new(services, [.. stores.Values], new(gateway.Name, ImageOf(gateway), [.. gateway.Annotations.OfType<GatewayRoutes>()],
            GatewayLimits.Read(configuration, GatewayLimits.Deployed), GatewayCors.Read(configuration)));
    }

    /// <summary>The services' secrets, without the passwords of stores.</summary>
    public IEnumerable<ParameterResource> ServiceSecrets => Services.SelectMany(s => s.Secrets).Distinct();

    /// <summary>Gets a secret's variable: <c>postgres-password</c> becomes <c>POSTGRES_PASSWORD</c>.</summary>
    public static string VariableOf(string parameter) => parameter.Replace('-', '_').ToUpperInvariant();

    private static StoreKind? KindOf(IResource resource) => resource switch
    {
        PostgresServerResource => StoreKind.Postgres,
        RedisResource => StoreKind.Redis,
        MongoDBServerResource => StoreKind.MongoDB,
        _ => null,
    };

    private static async Task<Store> ReadStoreAsync(ContainerResource resource, StoreKind kind, DistributedApplicationModel model,
        DistributedApplicationExecutionContext context, CancellationToken ct)
    {
        List<object> arguments = [];
        foreach (var annotation in resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>())
            await annotation.Callback(new CommandLineArgsCallbackContext(arguments, resource, ct) { ExecutionContext = context });
        var volume = resource.Annotations.OfType<ContainerMountAnnotation>().Single(m => m.Type == ContainerMountType.Volume);
        var databases = model.Resources.OfType<IResourceWithParent>().Where(r => r.Parent == resource).Select(DatabaseOf).OfType<StoreDatabase>();
        var password = resource switch
        {
            PostgresServerResource postgres => postgres.PasswordParameter,
            RedisResource redis => redis.PasswordParameter,
            MongoDBServerResource mongo => mongo.PasswordParameter,
            _ => null,
        } ?? throw new DistributedApplicationException($"'{resource.Name}' has no password; a deployment needs one.");
        return new(resource.Name, kind, PortOf(resource), ImageOf(resource), await VariablesAsync(resource, context, ct),
            [.. arguments.Select(a => Convert.ToString(a, CultureInfo.InvariantCulture)!)], resource.Entrypoint, volume.Target, password, [.. databases]);
    }

    private static StoreDatabase? DatabaseOf(IResource resource) => resource switch
    {
        PostgresDatabaseResource database => new(database.Name, database.DatabaseName),
        MongoDBDatabaseResource database => new(database.Name, database.DatabaseName),
        _ => null,
    };

    private static async Task<Service> ReadServiceAsync(ProjectResource project, Dictionary<IResource, Store> stores,
        DistributedApplicationExecutionContext context, CancellationToken ct)
    {
        var variables = await VariablesAsync(project, context, ct);
        List<StoreConnection> connections = [];
        List<string> services = [];
        foreach (var resource in project.Annotations.OfType<ResourceRelationshipAnnotation>().Where(r => r.Type == "Reference").Select(r => r.Resource)
            .Distinct())
        {
            if (resource is IResourceWithConnectionString)
            {
                var server = resource is IResourceWithParent child ? child.Parent : resource;
                connections.Add(new(resource.Name, stores[server], DatabaseOf(resource)));
                variables.Remove($"ConnectionStrings__{resource.Name}");
            }
            else if (resource is IResourceWithServiceDiscovery)
            {
                services.Add(resource.Name);
                foreach (var address in variables.Keys.Where(k => k.StartsWith($"services__{resource.Name}__", StringComparison.Ordinal)).ToList())
                    variables.Remove(address);
            }
        }

        foreach (var variable in OfPublishing) variables.Remove(variable);
        var path = project.GetProjectMetadata().ProjectPath;
        var folder = Path.GetDirectoryName(path)!;
        return new(project.Name, Path.GetFileNameWithoutExtension(path), LaunchPortOf(folder), variables, connections, services,
            File.Exists(Path.Combine(folder, "config.properties")));
    }

    // The port of `dotnet run --project`. It does not depend on the model's other services, so adding one moves no port of a deployed shop.
    private static int LaunchPortOf(string project)
    {
        var file = Path.Combine(project, "Properties", "launchSettings.json");
        return File.Exists(file) && JsonElement.Parse(File.ReadAllText(file)).TryGetProperty("profiles", out var profiles)
            && profiles.TryGetProperty("http", out var profile) && profile.TryGetProperty("applicationUrl", out var url)
            ? new Uri(url.GetString()!).Port
            : throw new DistributedApplicationException($"{file} has no profile 'http' with an applicationUrl; its port is the service's port on machines.");
    }

    private static async Task<Dictionary<string, object>> VariablesAsync(IResource resource, DistributedApplicationExecutionContext context,
        CancellationToken ct)
    {
        var variables = new Dictionary<string, object>();
        foreach (var annotation in resource.Annotations.OfType<EnvironmentCallbackAnnotation>())
            await annotation.Callback(new EnvironmentCallbackContext(context, resource, variables, ct));
        return variables;
    }

    private static string ImageOf(ContainerResource container)
        => container.TryGetLastAnnotation<ContainerImageAnnotation>(out var image)
            ? $"{(image.Registry is null ? "docker.io/library" : image.Registry)}/{image.Image}:{image.Tag}"
            : throw new DistributedApplicationException($"'{container.Name}' has no image.");

    private static int PortOf(ContainerResource resource) => resource.GetEndpoints().First().TargetPort
        ?? throw new DistributedApplicationException($"'{resource.Name}' has no port.");
}
