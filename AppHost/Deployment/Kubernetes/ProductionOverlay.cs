using k8s.Models;
using static AppHost.Deployment.Kubernetes.Objects;

namespace AppHost.Deployment.Kubernetes;

/// <summary>
/// Writes the overlay for a real cluster. Operators run the databases: CloudNativePG with one cluster per database, and MongoDB's community operator. Redis has
/// three pods of its own; docs/adr/0017-confirmed-stock.md says why no operator runs it.
/// </summary>
internal sealed class ProductionOverlay(DeploymentModel model, OutputFolder output)
{
    /// <summary>Placeholder for the host that clients request.</summary>
    public const string Host = "shop.example.com";

    private const string Name = "production", Folder = "overlays/" + Name, MongoTag = "8.0.29-ubi9";
    private const int PostgresStatusPort = 8000, PostgresMetricsPort = 9187;

    public void Write()
    {
        output.WriteYaml($"{Folder}/namespace.yaml", new V1Namespace
        {
            Metadata = new()
            {
                Name = PartOf,
                // Operators create the databases' pods, and MongoDB's operator needs more than "restricted".
                Labels = new Dictionary<string, string>
                {
                    ["pod-security.kubernetes.io/enforce"] = "baseline", ["pod-security.kubernetes.io/warn"] = "restricted",
                },
            },
        });
        List<string> resources = ["namespace.yaml", "../../base"], patches = [];
        List<Map> files = [];
        List<Secret> secrets = [Secrets.OfDashboard, .. model.ServiceSecrets.Select(Secrets.OfService)];
        foreach (var store in model.Stores)
        {
            output.WriteYaml($"{Folder}/{store.Name}.yaml", StoreObjects(store));
            secrets.AddRange(SecretsOf(store));
            resources.Add($"{store.Name}.yaml");
            if (store.Kind != StoreKind.Redis) continue;
            var names = RedisOf(store).Files.Select(file => $"{store.Name}/{file.Name}").ToArray();
            foreach (var (name, text) in RedisOf(store).Files) output.Write($"{Folder}/{store.Name}/{name}", text);
            files.Add(new() { ["name"] = store.Name, ["files"] = names });
        }

        foreach (var service in model.Services.Where(s => s.Stores.Count > 0))
        {
            output.WriteYaml($"{Folder}/{service.Name}-patch.yaml", Connections.Patch(service.Name,
                service.Stores.SelectMany(Variables), service.Stores.Select(AuthorityOf).Distinct()));
            patches.Add($"{service.Name}-patch.yaml");
            output.WriteYaml($"{Folder}/{service.Name}-egress.yaml", Connections.Egress(service, service.Stores.Select(Egress)));
            resources.Add($"{service.Name}-egress.yaml");
        }

        output.WriteYaml($"{Folder}/ingress-patch.yaml", OutputFolder.Read("ingress-patch.yaml", ("HOST", Host)));
        // CloudNativePG's images are not in a pod's container, the only place where kustomize looks for images by default.
        output.WriteYaml($"{Folder}/image-fields.yaml", new Map { ["images"] = new[] { new Map { ["kind"] = "Cluster", ["path"] = "spec/imageName" } } });
        output.WriteYaml($"{Folder}/kustomization.yaml", KustomizePublisher.Kustomization(resources, new()
        {
            ["namespace"] = PartOf,
            ["patches"] = patches.Select(p => new Map { ["path"] = p }).Append(new()
            {
                ["path"] = "ingress-patch.yaml", ["target"] = new Map { ["kind"] = "Ingress" },
            }).ToArray(),
            ["configurations"] = new[] { "image-fields.yaml" },
            ["configMapGenerator"] = files,
            ["images"] = KustomizePublisher.Images([.. model.Stores.Where(s => s.Kind == StoreKind.Redis).Select(s => s.Image),
                "ghcr.io/cloudnative-pg/postgresql:18.6-standard-trixie",
                $"quay.io/mongodb/mongodb-community-server:{MongoTag}"]),
        }));
        Secrets.Write(output, Name, secrets);
    }

    public static string ClusterOf(StoreDatabase database) => $"{database.Name}-db";

    private RedisPods RedisOf(Store store) => new(store, model.Services.Where(s => s.Stores.Any(c => c.Store == store)).Select(s => s.Name));

    private IEnumerable<Secret> SecretsOf(Store store) => store.Kind switch
    {
        StoreKind.Redis => RedisOf(store).Secrets,
        StoreKind.MongoDB => store.ServiceSecrets.Select(Secrets.Of),
        _ => [], // CloudNativePG creates its own
    };

    private V1EnvVar[] Variables(StoreConnection connection)
    {
        var (name, store) = ($"ConnectionStrings__{connection.Name}", connection.Store);
        var prefix = DeploymentModel.VariableOf(connection.Name);
        switch (store.Kind)
        {
            case StoreKind.Postgres when connection.Database is { } database:
                var secret = $"{ClusterOf(database)}-app";
                return
                [
                    SecretVariable($"{prefix}_USERNAME", secret, "username"), SecretVariable($"{prefix}_PASSWORD", secret, "password"),
                    Variable(name, $"Host={ClusterOf(database)}-rw;Port={store.Port};Username=$({prefix}_USERNAME);Password=$({prefix}_PASSWORD);" +
                        $"Database={database.DatabaseName};SSL Mode=VerifyFull;Root Certificate={Connections.FolderOf(AuthorityOf(connection))}/ca.crt"),
                ];
            case StoreKind.MongoDB:
                // The names that members use for each other, and that are in their certificates.
                var members = Enumerable.Range(0, 3).Select(n => $"{store.Name}-{n}.{store.Name}-svc.{PartOf}.svc.cluster.local:{store.Port}");
                return
                [
                    SecretVariable($"{prefix}_PASSWORD", connection.Secret, "password"),
                    Variable(name, connection.Write(string.Join(',', members), $"$({prefix}_PASSWORD)") + $"&replicaSet={store.Name}&tls=true"),
                    // MongoDB's driver has no connection string option for an authority; the service has no other peer with a certificate.
                    Variable("SSL_CERT_FILE", $"{Connections.FolderOf(AuthorityOf(connection))}/ca.crt"),
                ];
            case StoreKind.Redis:
                return RedisOf(store).Variables(connection, Connections.FolderOf(AuthorityOf(connection)));
            default:
                throw new DistributedApplicationException($"'{connection.Name}' is a server; the production overlay supports databases only.");
        }
    }

    // The secret with the authority of a store's certificates.
    private static string AuthorityOf(StoreConnection connection)
        => connection.Store.Kind == StoreKind.Postgres ? $"{ClusterOf(connection.Database!)}-ca" : $"{connection.Store.Name}-tls";

    // The labels that operators give to the pods of a store.
    private static Dictionary<string, string> PodsOf(StoreDatabase database) => new() { ["cnpg.io/cluster"] = ClusterOf(database) };

    private static Dictionary<string, string> PodsOf(Store mongo) => new() { ["app"] = $"{mongo.Name}-svc" };

    private V1NetworkPolicyEgressRule Egress(StoreConnection connection) => connection.Store.Kind switch
    {
        StoreKind.Postgres => To([Pods(PodsOf(connection.Database!))], connection.Store.Port),
        StoreKind.MongoDB => To([Pods(PodsOf(connection.Store))], connection.Store.Port),
        _ => RedisOf(connection.Store).Egress,
    };

    private IEnumerable<object> StoreObjects(Store store)
    {
        if (store.Kind == StoreKind.Postgres)
            foreach (var database in store.Databases)
            {
                var (cluster, pods) = (ClusterOf(database), PodsOf(database));
                yield return OutputFolder.Read("postgres-cluster.yaml", ("NAME", cluster), ("DATABASE", database.DatabaseName), ("OWNER", database.Name));
                yield return NetworkPolicy(cluster, Selector(pods),
                [
                    From(OwnersOf([database]), store.Port),
                    From([Pods(pods)], store.Port, PostgresStatusPort),
                    From([Namespace("cnpg-system")], store.Port, PostgresStatusPort),
                    From([Namespace("monitoring")], PostgresMetricsPort),
                ], null);
            }

        if (store.Kind == StoreKind.Redis)
            foreach (var definition in RedisOf(store).Define()) yield return definition;
        if (store.Kind != StoreKind.MongoDB) yield break;
        yield return OutputFolder.Read("authority.yaml", ("NAME", store.Name));
        var users = store.Databases.Select(d => OutputFolder.Read("mongodb-user.yaml", ("OWNER", d.Owner), ("SECRET", d.Secret), ("NAME", d.Name)));
        yield return OutputFolder.Read("mongodb-replica-set.yaml", ("NAME", store.Name), ("NAMESPACE", PartOf), ("VERSION", MongoTag.Split('-')[0]),
            ("USERS", string.Concat(users).TrimEnd()));
        yield return DisruptionBudget(store.Name, Selector(PodsOf(store)));
        yield return NetworkPolicy(store.Name, Selector(PodsOf(store)),
            [From(OwnersOf(store.Databases), store.Port), From([Pods(PodsOf(store))], store.Port)], null);
    }

    private IEnumerable<string> OwnersOf(IReadOnlyList<StoreDatabase> databases)
        => model.Services.Where(s => s.Stores.Any(c => databases.Contains(c.Database!))).Select(s => s.Name);
}
