using k8s.Models;
using static AppHost.Deployment.Kubernetes.Objects;

namespace AppHost.Deployment.Kubernetes;

/// <summary>
/// For a real cluster. Operators run the databases: CloudNativePG, one cluster a database, and MongoDB's community operator. Redis is whatever answers at the
/// connection string of a secret: a managed one, or one of an operator; no operator of Redis is common enough to name.
/// </summary>
internal sealed class ProductionOverlay(DeploymentModel model, OutputFolder output)
{
    private const string Name = "production", Folder = "overlays/" + Name, Host = "shop.example.com", Certificate = "shop-tls";
    private const int RedisTlsPort = 6380, PostgresStatusPort = 8000;

    public void Write()
    {
        output.WriteYaml($"{Folder}/namespace.yaml", new V1Namespace
        {
            Metadata = new()
            {
                Name = PartOf,
                // The databases' pods are made by operators, and MongoDB's asks for more than "restricted".
                Labels = new Dictionary<string, string> { ["pod-security.kubernetes.io/enforce"] = "baseline", ["pod-security.kubernetes.io/warn"] = "restricted" },
            },
        });
        List<string> resources = ["namespace.yaml", "../../base", "certificate.yaml"], patches = [];
        List<Secret> secrets = [Secrets.Dashboard, .. model.ServiceSecrets.Select(Secrets.OfService)];
        foreach (var store in model.Stores)
        {
            object[] objects = [.. StoreObjects(store)];
            secrets.AddRange(SecretsOf(store));
            if (objects.Length == 0) continue;
            output.WriteYaml($"{Folder}/{store.Name}.yaml", objects);
            resources.Add($"{store.Name}.yaml");
        }

        foreach (var service in model.Services.Where(s => s.Stores.Count > 0))
        {
            output.WriteYaml($"{Folder}/{service.Name}-patch.yaml", Connections.Patch(service.Name, [.. service.Stores.SelectMany(Variables)]));
            patches.Add($"{service.Name}-patch.yaml");
            output.WriteYaml($"{Folder}/{service.Name}-egress.yaml", Connections.Egress(service, service.Stores.Select(Egress)));
            resources.Add($"{service.Name}-egress.yaml");
        }

        output.WriteYaml($"{Folder}/certificate.yaml", new Map
        {
            ["apiVersion"] = "cert-manager.io/v1", ["kind"] = "Certificate", ["metadata"] = Named(Certificate),
            ["spec"] = new Map
            {
                ["secretName"] = Certificate, ["dnsNames"] = new[] { Host },
                ["issuerRef"] = new Map { ["kind"] = "ClusterIssuer", ["name"] = "letsencrypt" },
            },
        });
        output.Write($"{Folder}/ingress-patch.yaml", $"- {{op: add, path: /spec/rules/0/host, value: {Host}}}\n" +
            $"- {{op: add, path: /spec/tls, value: [{{hosts: [{Host}], secretName: {Certificate}}}]}}\n");
        output.WriteYaml($"{Folder}/kustomization.yaml", KustomizePublisher.Kustomization(resources, new()
        {
            ["namespace"] = PartOf,
            ["patches"] = patches.Select(p => new Map { ["path"] = p }).Append(new()
            {
                ["path"] = "ingress-patch.yaml", ["target"] = new Map { ["kind"] = "Ingress" },
            }).ToArray(),
        }));
        Secrets.Write(output, Name, secrets);
    }

    private static string ClusterOf(StoreDatabase database) => $"{database.Name}-db";

    private static IEnumerable<Secret> SecretsOf(Store store) => store.Kind switch
    {
        StoreKind.Redis => [new Secret($"{store.Name}-connection", "connection-string")],
        StoreKind.MongoDB => store.ServiceSecrets.Select(Secrets.Of),
        _ => [], // CloudNativePG makes its own
    };

    private static V1EnvVar[] Variables(StoreConnection connection)
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
                        $"Database={database.DatabaseName};SSL Mode=Require"),
                ];
            case StoreKind.MongoDB:
                var members = string.Join(',', Enumerable.Range(0, 3).Select(n => $"{store.Name}-{n}.{store.Name}-svc:{store.Port}"));
                return
                [
                    SecretVariable($"{prefix}_PASSWORD", connection.Secret, "password"),
                    Variable(name, connection.Write(members, $"$({prefix}_PASSWORD)") + $"&replicaSet={store.Name}"),
                ];
            case StoreKind.Redis:
                return [SecretVariable(name, $"{store.Name}-connection", "connection-string")];
            default:
                throw new DistributedApplicationException($"'{connection.Name}' is a server, and the production overlay knows databases only.");
        }
    }

    // The labels that operators give to the pods of a store.
    private static Dictionary<string, string> PodsOf(StoreDatabase database) => new() { ["cnpg.io/cluster"] = ClusterOf(database) };

    private static Dictionary<string, string> PodsOf(Store mongo) => new() { ["app"] = $"{mongo.Name}-svc" };

    private static V1NetworkPolicyEgressRule Egress(StoreConnection connection) => connection.Store.Kind switch
    {
        StoreKind.Postgres => To([Pods(PodsOf(connection.Database!))], connection.Store.Port),
        StoreKind.MongoDB => To([Pods(PodsOf(connection.Store))], connection.Store.Port),
        _ => To(peers: null, connection.Store.Port, RedisTlsPort), // it may be outside the cluster
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
                ], null);
            }

        if (store.Kind != StoreKind.MongoDB) yield break;
        yield return OutputFolder.Read("mongodb-replica-set.yaml", ("NAME", store.Name), ("USERS", string.Concat(store.Databases.Select(d => OutputFolder.Read(
            "mongodb-user.yaml", ("OWNER", d.Owner), ("SECRET", d.Secret), ("DATABASE", d.DatabaseName), ("NAME", d.Name)))).TrimEnd()));
        yield return NetworkPolicy(store.Name, Selector(PodsOf(store)),
            [From(OwnersOf(store.Databases), store.Port), From([Pods(PodsOf(store))], store.Port)], null);
    }

    private IEnumerable<string> OwnersOf(IReadOnlyList<StoreDatabase> databases)
        => model.Services.Where(s => s.Stores.Any(c => databases.Contains(c.Database!))).Select(s => s.Name);
}
