using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace AppHost.Deployment;

/// <summary>What a store is.</summary>
internal enum StoreKind
{
    Postgres,
    Redis,
    MongoDB,
}

/// <summary>A database of a store, by its resource's name and the name that it has on the server.</summary>
internal sealed record StoreDatabase(string Name, string DatabaseName)
{
    /// <summary>The user that owns it and may enter no other: the service's, in every deployment.</summary>
    public string Owner => DatabaseName;

    /// <summary>The secret that is the owner's password.</summary>
    public string Secret => $"{Name}-password";
}

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

/// <summary>How a service reaches a store.</summary>
/// <param name="Name">The connection string's name.</param>
/// <param name="Database">The database; null for the server itself.</param>
internal sealed record StoreConnection(string Name, Store Store, StoreDatabase? Database)
{
    /// <summary>The secret that the connection string holds.</summary>
    public string Secret => Database?.Secret ?? Store.Password.Name;

    /// <summary>Writes the connection string, for the user that owns the database: the model's own is the server's administrator.</summary>
    /// <param name="hosts">Host and port; of a replica set several, with commas.</param>
    /// <param name="password">The password, or what stands for it: letters and digits only.</param>
    /// <exception cref="DistributedApplicationException">It is to a whole server of databases.</exception>
    public string Write(string hosts, string password) => (Store.Kind, Database) switch
    {
        (StoreKind.Redis, _) => $"{hosts},password={password}",
        (StoreKind.Postgres, { } database) when hosts.Split(':') is [var host, var port]
            => $"Host={host};Port={port};Username={database.Owner};Password={password};Database={database.DatabaseName}",
        (StoreKind.MongoDB, { } database)
            => $"mongodb://{database.Owner}:{password}@{hosts}/{database.DatabaseName}?authSource=admin&authMechanism=SCRAM-SHA-256",
        _ => throw new DistributedApplicationException($"'{Name}' is a whole server: a service gets a database of its own, by AddDatabase."),
    };
}

/// <summary>A service: one of our projects.</summary>
/// <param name="Project">The project's name, which is also its program's.</param>
/// <param name="Environment">Its variables, without connection strings and addresses of services.</param>
/// <param name="HasProperties">Whether it reads a <c>config.properties</c>.</param>
internal sealed record Service(string Name, string Project, IReadOnlyDictionary<string, object> Environment,
    IReadOnlyList<StoreConnection> Stores, IReadOnlyList<string> Services, bool HasProperties)
{
    /// <summary>The image's name, as <c>dotnet publish -t:PublishContainer</c> gives it (Directory.Build.targets).</summary>
    public string Image => $"shop/{ImageName}";

    /// <summary>The secrets among its variables.</summary>
    public IEnumerable<ParameterResource> Secrets => Environment.Values.OfType<ParameterResource>().Where(p => p.Secret);

    private string ImageName => string.Concat(Project.Select(c => c == '.' ? '-' : char.ToLowerInvariant(c)));
}

/// <summary>The gateway.</summary>
internal sealed record Gateway(string Name, string Image, IReadOnlyList<GatewayRoutes> Routes, GatewayLimits Limits);

/// <summary>The application as all deployments see it, read from the model through Aspire's public surface only.</summary>
internal sealed record DeploymentModel(IReadOnlyList<Service> Services, IReadOnlyList<Store> Stores, Gateway Gateway)
{
    /// <summary>The version that images have unless the build says otherwise; the projects' default.</summary>
    public const string ImageTag = "1.0.0";

    /// <summary>Variables that Aspire adds for its own publishers: every target says itself where a service listens, and how telemetry is sent.</summary>
    private static readonly string[] OfPublishing = ["HTTP_PORTS", "OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY"];

    public static async Task<DeploymentModel> ReadAsync(DistributedApplicationModel model, DistributedApplicationExecutionContext context, CancellationToken ct)
    {
        var stores = new Dictionary<IResource, Store>();
        foreach (var resource in model.Resources.OfType<ContainerResource>())
            if (KindOf(resource) is { } kind) stores[resource] = await ReadStoreAsync(resource, kind, model, context, ct);
        var services = new List<Service>();
        foreach (var project in model.Resources.OfType<ProjectResource>()) services.Add(await ReadServiceAsync(project, stores, context, ct));
        var gateway = model.Resources.OfType<ContainerResource>().Single(r => r.Annotations.OfType<GatewayRoutes>().Any());
        var limits = GatewayLimits.Read(context.Services.GetRequiredService<IConfiguration>(), GatewayLimits.Deployed);
        return new(services, [.. stores.Values], new(gateway.Name, ImageOf(gateway), [.. gateway.Annotations.OfType<GatewayRoutes>()], limits));
    }

    /// <summary>The secrets of services; those of stores are their passwords.</summary>
    public IEnumerable<ParameterResource> ServiceSecrets => Services.SelectMany(s => s.Secrets).Distinct();

    /// <summary>A secret's variable: <c>postgres-password</c> is <c>POSTGRES_PASSWORD</c>.</summary>
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
        return new(project.Name, Path.GetFileNameWithoutExtension(path), variables, connections, services,
            File.Exists(Path.Combine(Path.GetDirectoryName(path)!, "config.properties")));
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
