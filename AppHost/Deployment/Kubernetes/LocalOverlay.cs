using System.Security.Cryptography;
using System.Text;
using k8s;
using k8s.Models;
using static AppHost.Deployment.Kubernetes.Objects;

namespace AppHost.Deployment.Kubernetes;

/// <summary>Writes the overlay for a cluster on one machine: it runs the databases, with volumes, and services start with one replica.</summary>
internal sealed class LocalOverlay(DeploymentModel model, OutputFolder output)
{
    private const string Name = "local", Folder = "overlays/" + Name, ReplicaSet = "rs0";
    private const int DatabaseUser = 999, MongoMembers = 3;

    public void Write()
    {
        output.WriteYaml($"{Folder}/namespace.yaml", new V1Namespace
        {
            Metadata = new() { Name = PartOf, Labels = new Dictionary<string, string> { ["pod-security.kubernetes.io/enforce"] = "restricted" } },
        });
        List<string> resources = ["namespace.yaml", "../../base"], patches = [];
        List<Map> files = [];
        foreach (var store in model.Stores)
        {
            output.WriteYaml($"{Folder}/{store.Name}.yaml", StoreObjects(store));
            resources.Add($"{store.Name}.yaml");
            var names = InitFiles(store).Select(f => f.Name).ToArray();
            foreach (var (name, text) in InitFiles(store)) output.Write($"{Folder}/{name}", text);
            if (names.Length > 0) files.Add(new() { ["name"] = $"{store.Name}-init", ["files"] = names });
        }

        foreach (var service in model.Services.Where(s => s.Stores.Count > 0))
        {
            output.WriteYaml($"{Folder}/{service.Name}-patch.yaml", Connections.Patch(service.Name, Variables(service)));
            patches.Add($"{service.Name}-patch.yaml");
            output.WriteYaml($"{Folder}/{service.Name}-egress.yaml", Connections.Egress(service,
                service.Stores.Select(c => c.Store).Distinct().Select(s => To(s.Name, s.Port))));
            resources.Add($"{service.Name}-egress.yaml");
        }

        output.Write($"{Folder}/autoscalers-patch.yaml",
            "- {op: replace, path: /spec/minReplicas, value: 1}\n- {op: replace, path: /spec/maxReplicas, value: 2}\n");
        output.WriteYaml($"{Folder}/kustomization.yaml", KustomizePublisher.Kustomization(resources, new()
        {
            ["namespace"] = PartOf,
            ["patches"] = patches.Select(p => new Map { ["path"] = p }).Append(new()
            {
                ["path"] = "autoscalers-patch.yaml", ["target"] = new Map { ["kind"] = "HorizontalPodAutoscaler" },
            }).ToArray(),
            ["configMapGenerator"] = files,
            ["images"] = KustomizePublisher.Images(model.Stores.Select(s => s.Image)),
        }));
        Secrets.Write(output, Name, [Secrets.OfDashboard,
            .. model.Stores.SelectMany(s => s.ServiceSecrets.Prepend(s.Password.Name)).Distinct().Select(Secrets.Of),
            .. model.Stores.Where(s => s.Kind == StoreKind.MongoDB).Select(KeyFile), .. model.ServiceSecrets.Select(Secrets.OfService)]);
    }

    private static Secret KeyFile(Store store) => new($"{store.Name}-keyfile", "keyfile");

    private static IEnumerable<V1EnvVar> Variables(Service service)
        => service.Stores.Select(c => c.Secret).Distinct().Select(PasswordVariable).Concat(service.Stores.Select(connection =>
        {
            var store = connection.Store;
            var (hosts, more) = store.Kind == StoreKind.MongoDB ? (Members(store), "&replicaSet=" + ReplicaSet) : ($"{store.Name}:{store.Port}", "");
            return Variable($"ConnectionStrings__{connection.Name}",
                connection.Write(hosts, $"$({DeploymentModel.VariableOf(connection.Secret)})") + more);
        }));

    private static V1EnvVar PasswordVariable(string secret) => SecretVariable(DeploymentModel.VariableOf(secret), secret, "password");

    private static string Members(Store store)
        => string.Join(',', Enumerable.Range(0, MongoMembers).Select(n => $"{store.Name}-{n}.{store.Name}:{store.Port}"));

    private IEnumerable<IKubernetesObject> StoreObjects(Store store)
    {
        var users = model.Services.Where(s => s.Stores.Any(c => c.Store == store)).Select(s => s.Name);
        var (isMongo, init) = (store.Kind == StoreKind.MongoDB, $"{store.Name}-init");
        if (isMongo) users = [.. users, store.Name, init];
        var service = Service(store.Name, ("tcp", store.Port));
        // Each member has its own name, and members find each other before they are ready.
        (service.Spec.ClusterIP, service.Spec.PublishNotReadyAddresses) = ("None", true);
        yield return ServiceAccount(store.Name);
        yield return service;
        yield return StatefulSet(store);
        yield return NetworkPolicy(store.Name, Selector(store.Name), [From(users, store.Port)], isMongo ? [ToNames(), To(store.Name, store.Port)] : []);
        if (!isMongo) yield break;
        yield return DisruptionBudget(store.Name, Selector(store.Name));
        yield return ServiceAccount(init);
        yield return InitJob(store, init);
        yield return NetworkPolicy(init, Selector(init), [], [ToNames(), To(store.Name, store.Port)]);
    }

    private static V1StatefulSet StatefulSet(Store store)
    {
        var (container, volumes) = Container(store);
        return new()
        {
            Metadata = Named(store.Name),
            Spec = new()
            {
                ServiceName = store.Name,
                Replicas = store.Kind == StoreKind.MongoDB ? MongoMembers : 1,
                PodManagementPolicy = "Parallel", // members of a replica set need each other to become ready
                Selector = Selector(store.Name),
                Template = Pod(store.Name, DatabaseUser, container, volumes),
                VolumeClaimTemplates = [Claim("data", "5Gi")],
            },
        };
    }

    private static (V1Container Container, V1Volume[] Volumes) Container(Store store)
    {
        var values = new Values(name => name, _ => store.Port, p => $"$({DeploymentModel.VariableOf(p.Name)})");
        var arguments = store.Kind == StoreKind.Redis ? Owners.Limited(store) : store.Arguments;
        var container = new V1Container
        {
            Image = Untagged(store.Image),
            Command = store.Entrypoint is null ? null : [store.Entrypoint],
            Args = arguments.Count == 0 ? null : [.. arguments],
            Env =
            [
                .. store.Environment.Select(v => v.Value is ParameterResource secret
                    ? SecretVariable(v.Key, secret.Name, "password") : Variable(v.Key, values.Write(v.Value))),
                .. store.Kind == StoreKind.Postgres ? store.Databases.Select(d => PasswordVariable(d.Secret)) : [],
                Variable("HOME", "/tmp"),
            ],
            Ports = [Port("tcp", store.Port)],
        };
        V1VolumeMount[] mounts = [Mount("data", store.DataFolder), Mount("tmp", "/tmp")];
        V1Volume[] volumes = [Scratch("tmp")];
        switch (store.Kind)
        {
            case StoreKind.Postgres:
                // Over TCP: the temporary server that only creates the databases does not listen on it.
                Probe(container, Exec("pg_isready -q -h 127.0.0.1 -U \"$POSTGRES_USER\""));
                container.Resources = Resources("250m", "1536Mi", "2", "2Gi");
                mounts = [.. mounts, Mount("run", "/var/run/postgresql"), Mount("memory", "/dev/shm"), ReadOnly("init", "/docker-entrypoint-initdb.d")];
                volumes = [.. volumes, Scratch("run"), Scratch("memory", "256Mi", "Memory"), ConfigMap("init", $"{store.Name}-init")];
                break;
            case StoreKind.Redis:
                Probe(container, Exec("REDISCLI_AUTH=$REDIS_PASSWORD redis-cli ping | grep -q PONG"));
                container.Resources = Resources("100m", "256Mi", "1", "2Gi");
                break;
            case StoreKind.MongoDB:
                container.Command = ["/bin/sh", "/init/member.sh"];
                // Before the replica set exists a member is neither primary nor secondary, but it is alive. The temporary server that only creates the root
                // user listens on localhost only.
                Probe(container, Exec("mongosh --quiet --host \"$(hostname)\" --eval 'db.adminCommand(\"ping\")'"),
                    Exec("mongosh --quiet --host \"$(hostname)\" --eval 'quit(db.hello().isWritablePrimary || db.hello().secondary ? 0 : 1)'"));
                container.Resources = Resources("250m", "512Mi", "1", "1Gi");
                mounts = [.. mounts, Mount("configdb", "/data/configdb"), ReadOnly("keyfile", "/keys"), ReadOnly("init", "/init")];
                volumes = [.. volumes, Scratch("configdb"), ConfigMap("init", $"{store.Name}-init"),
                    new() { Name = "keyfile", Secret = new() { SecretName = KeyFile(store).Name } }];
                break;
        }

        container.VolumeMounts = mounts;
        return (container, volumes);
    }

    // An hour to start: a server that replays its log after a crash does not answer, and would start over if it were stopped.
    private static void Probe(V1Container container, V1Probe alive, V1Probe? ready = null)
    {
        container.StartupProbe = Every(5, 720, alive);
        container.LivenessProbe = Every(20, 6, alive);
        container.ReadinessProbe = Every(10, 2, ready ?? alive);
    }

    /// <summary>Gets the files that a server reads at its first start.</summary>
    private static (string Name, string Text)[] InitFiles(Store store) => store.Kind switch
    {
        StoreKind.Postgres => [($"{store.Name}-owners.sh", Owners.Script("postgres-owners.sh", store, Owners.Variable))],
        StoreKind.MongoDB =>
        [
            ("member.sh", OutputFolder.Read("mongodb-member.sh", ("FIRST", $"{store.Name}-0"), ("SET", ReplicaSet))),
            ("initiate.js", OutputFolder.Read("mongodb-initiate.js", ("SET", ReplicaSet), ("MEMBERS", Members(store)))),
            ("owners.js", Owners.MongoScript(store)),
        ],
        _ => [],
    };

    private static V1Job InitJob(Store store, string name)
    {
        // A Job is immutable, so changed scripts need a new one. A finished Job is deleted, and created again when the overlay is applied.
        var version = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(InitFiles(store)) + store.Image)))[..8];
        var job = new V1Job { Metadata = Named(name), Spec = new() { BackoffLimit = 10, ActiveDeadlineSeconds = 900, TtlSecondsAfterFinished = 300 } };
        job.Metadata.Name = $"{name}-{version}";
        const string Script = "until mongosh --quiet \"mongodb://$SERVER/admin?directConnection=true\" -u \"$MONGO_USER\" -p \"$MONGO_PASSWORD\" " +
            "/init/initiate.js && mongosh --quiet \"$CLUSTER\" -u \"$MONGO_USER\" -p \"$MONGO_PASSWORD\" /init/owners.js; do sleep 2; done";
        job.Spec.Template = Pod(name, DatabaseUser, new()
        {
            Image = Untagged(store.Image),
            Command = ["sh", "-c", Script],
            Env =
            [
                Variable("HOME", "/tmp"), Variable("SERVER", $"{store.Name}-0.{store.Name}:{store.Port}"),
                Variable("CLUSTER", $"mongodb://{Members(store)}/admin?replicaSet={ReplicaSet}"), Variable("MONGO_USER", "admin"),
                SecretVariable("MONGO_PASSWORD", store.Password.Name, "password"), .. store.Databases.Select(d => PasswordVariable(d.Secret)),
            ],
            Resources = Resources("50m", "128Mi", "500m", "512Mi"),
            VolumeMounts = [ReadOnly("init", "/init"), Mount("tmp", "/tmp")],
        }, Scratch("tmp"), ConfigMap("init", name));
        job.Spec.Template.Spec.RestartPolicy = "OnFailure";
        return job;
    }
}
