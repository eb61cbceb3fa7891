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
        output.WriteYaml($"{Folder}/namespace.yaml", new Map
        {
            ["apiVersion"] = "v1", ["kind"] = "Namespace",
            // The databases' pods are made by operators, and MongoDB's asks for more than "restricted".
            ["metadata"] = new Map
            {
                ["name"] = PartOf,
                ["labels"] = new Map { ["pod-security.kubernetes.io/enforce"] = "baseline", ["pod-security.kubernetes.io/warn"] = "restricted" },
            },
        });
        List<string> resources = ["namespace.yaml", "../../base", "certificate.yaml"], patches = [];
        List<Secret> secrets = [Secrets.Dashboard, .. model.ServiceSecrets.Select(Secrets.OfService)];
        foreach (var store in model.Stores)
        {
            Map[] objects = [.. StoreObjects(store)];
            secrets.AddRange(SecretsOf(store));
            if (objects.Length == 0) continue;
            output.WriteYaml($"{Folder}/{store.Name}.yaml", objects);
            resources.Add($"{store.Name}.yaml");
        }

        foreach (var service in model.Services.Where(s => s.Stores.Count > 0))
        {
            output.WriteYaml($"{Folder}/{service.Name}-patch.yaml", Connections.Patch(service.Name, [.. service.Stores.SelectMany(Variables)]));
            patches.Add($"{service.Name}-patch.yaml");
            output.WriteYaml($"{Folder}/{service.Name}-egress.yaml", Connections.Egress(service, [.. service.Stores.Select(Egress)]));
            resources.Add($"{service.Name}-egress.yaml");
        }

        output.WriteYaml($"{Folder}/certificate.yaml", Object("cert-manager.io/v1", "Certificate", Certificate, new()
        {
            ["spec"] = new Map
            {
                ["secretName"] = Certificate, ["dnsNames"] = new[] { Host },
                ["issuerRef"] = new Map { ["kind"] = "ClusterIssuer", ["name"] = "letsencrypt" },
            },
        }));
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
        StoreKind.MongoDB => [.. store.ServiceSecrets.Select(Secrets.Of)],
        _ => [], // CloudNativePG makes its own
    };

    private static Map[] Variables(StoreConnection connection)
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

    private static Map Egress(StoreConnection connection) => connection.Store.Kind switch
    {
        StoreKind.Postgres => Peers("to", [Labelled("cnpg.io/cluster", ClusterOf(connection.Database!))], [connection.Store.Port]),
        StoreKind.MongoDB => Peers("to", [Labelled("app", $"{connection.Store.Name}-svc")], [connection.Store.Port]),
        _ => Peers("to", [], [connection.Store.Port, RedisTlsPort]), // it may be outside the cluster
    };

    private static Map Labelled(string key, string value) => new() { ["podSelector"] = Labels(key, value) };

    private static Map Labels(string key, string value) => new() { ["matchLabels"] = new Map { [key] = value } };

    private IEnumerable<Map> StoreObjects(Store store)
    {
        if (store.Kind == StoreKind.Postgres)
            foreach (var database in store.Databases)
            {
                var cluster = ClusterOf(database);
                yield return PostgresCluster(store, database);
                yield return NetworkPolicy(cluster, Labels("cnpg.io/cluster", cluster),
                [
                    From(Owners(database), store.Port),
                    Peers("from", [Labelled("cnpg.io/cluster", cluster)], [store.Port, PostgresStatusPort]),
                    Peers("from",
                    [
                        new() { ["namespaceSelector"] = Labels("kubernetes.io/metadata.name", "cnpg-system") },
                    ], [store.Port, PostgresStatusPort]),
                ], null);
            }

        if (store.Kind != StoreKind.MongoDB) yield break;
        yield return MongoCluster(store);
        yield return NetworkPolicy(store.Name, Labels("app", $"{store.Name}-svc"),
        [
            From(store.Databases.SelectMany(Owners).Distinct(), store.Port), Peers("from", [Labelled("app", $"{store.Name}-svc")], [store.Port]),
        ], null);
    }

    private IEnumerable<string> Owners(StoreDatabase database)
        => model.Services.Where(s => s.Stores.Any(c => c.Database == database)).Select(s => s.Name);

    private static Map PostgresCluster(Store store, StoreDatabase database) => Object("postgresql.cnpg.io/v1", "Cluster", ClusterOf(database), new()
    {
        ["spec"] = new Map
        {
            ["instances"] = 3,
            ["imageName"] = $"ghcr.io/cloudnative-pg/postgresql:{store.Image.Split(':')[^1].Split('.')[0]}",
            ["bootstrap"] = new Map { ["initdb"] = new Map { ["database"] = database.DatabaseName, ["owner"] = database.Name } },
            ["postgresql"] = new Map
            {
                // A commit is on two machines before it is acknowledged: none is lost when one of them is.
                ["synchronous"] = new Map { ["method"] = "any", ["number"] = 1, ["dataDurability"] = "required" },
                ["parameters"] = new Map
                {
                    ["max_connections"] = "300", ["shared_buffers"] = "1GB", ["max_wal_size"] = "4GB", ["checkpoint_timeout"] = "15min",
                    ["wal_compression"] = "lz4",
                    // A node that is lost holds no locks for longer (PostgresExtensions).
                    ["idle_in_transaction_session_timeout"] = "5s", ["tcp_keepalives_idle"] = "5", ["tcp_keepalives_interval"] = "2",
                    ["tcp_keepalives_count"] = "3", ["tcp_user_timeout"] = "11s",
                },
            },
            ["storage"] = new Map { ["size"] = "20Gi" },
            ["walStorage"] = new Map { ["size"] = "10Gi" },
            ["resources"] = Resources("1", "2Gi", "4", "4Gi"),
            ["affinity"] = new Map { ["topologyKey"] = "kubernetes.io/hostname", ["podAntiAffinityType"] = "preferred" },
        },
    });

    private static Map MongoCluster(Store store) => Object("mongodbcommunity.mongodb.com/v1", "MongoDBCommunity", store.Name, new()
    {
        ["spec"] = new Map
        {
            ["members"] = 3,
            ["type"] = "ReplicaSet",
            ["version"] = "8.0.4",
            ["security"] = new Map { ["authentication"] = new Map { ["modes"] = new[] { "SCRAM-SHA-256" } } },
            ["users"] = store.Databases.Select(d => new Map
            {
                ["name"] = d.Owner,
                ["db"] = "admin",
                ["passwordSecretRef"] = new Map { ["name"] = d.Secret },
                ["roles"] = new[] { new Map { ["name"] = "readWrite", ["db"] = d.DatabaseName } },
                ["scramCredentialsSecretName"] = $"{d.Name}-mongodb",
            }).ToArray(),
        },
    });
}
