using static AppHost.Deployment.Kubernetes.Objects;

namespace AppHost.Deployment.Kubernetes;

/// <summary>For a cluster on one machine: the databases run in it, with volumes, and services begin with one replica.</summary>
internal sealed class LocalOverlay(DeploymentModel model, OutputFolder output)
{
    private const string Name = "local", Folder = "overlays/" + Name, ReplicaSet = "rs0";
    private const int DatabaseUser = 999, MongoMembers = 3;

    public void Write()
    {
        output.WriteYaml($"{Folder}/namespace.yaml", KustomizePublisher.Namespace());
        List<string> resources = ["namespace.yaml", "../../base"], patches = [];
        List<Map> files = [];
        foreach (var store in model.Stores)
        {
            output.WriteYaml($"{Folder}/{store.Name}.yaml", StoreObjects(store));
            resources.Add($"{store.Name}.yaml");
            if (InitFiles(store) is { Length: > 0 } names) files.Add(new() { ["name"] = $"{store.Name}-init", ["files"] = names });
        }

        foreach (var service in model.Services.Where(s => s.Stores.Count > 0))
        {
            output.WriteYaml($"{Folder}/{service.Name}-patch.yaml", Connections.Patch(service.Name, Variables(service)));
            patches.Add($"{service.Name}-patch.yaml");
            output.WriteYaml($"{Folder}/{service.Name}-egress.yaml", Connections.Egress(service,
                [.. service.Stores.Select(c => c.Store).Distinct().Select(s => To(s.Name, s.Port))]));
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
        }));
        Secrets.Write(output, Name, [Secrets.Dashboard,
            .. model.Stores.SelectMany(s => s.ServiceSecrets.Prepend(s.Password.Name)).Distinct().Select(Secrets.Of),
            .. model.Stores.Where(s => s.Kind == StoreKind.MongoDB).Select(KeyFile), .. model.ServiceSecrets.Select(Secrets.OfService)]);
    }

    private static Secret KeyFile(Store store) => new($"{store.Name}-keyfile", "keyfile");

    private static List<Map> Variables(Service service)
    {
        List<Map> variables = [.. service.Stores.Select(c => c.Secret).Distinct().Select(PasswordVariable)];
        foreach (var connection in service.Stores)
        {
            var store = connection.Store;
            var (hosts, more) = store.Kind == StoreKind.MongoDB ? (Members(store), "&replicaSet=" + ReplicaSet) : ($"{store.Name}:{store.Port}", "");
            variables.Add(Variable($"ConnectionStrings__{connection.Name}",
                connection.Write(hosts, $"$({DeploymentModel.VariableOf(connection.Secret)})") + more));
        }
        return variables;
    }

    private static Map PasswordVariable(string secret) => SecretVariable(DeploymentModel.VariableOf(secret), secret, "password");

    private static string Members(Store store)
        => string.Join(',', Enumerable.Range(0, MongoMembers).Select(n => $"{store.Name}-{n}.{store.Name}:{store.Port}"));

    private IEnumerable<Map> StoreObjects(Store store)
    {
        var users = model.Services.Where(s => s.Stores.Any(c => c.Store == store)).Select(s => s.Name);
        var isMongo = store.Kind == StoreKind.MongoDB;
        if (isMongo) users = users.Append(store.Name).Append($"{store.Name}-init");
        yield return ServiceAccount(store.Name);
        yield return Service(store.Name, headless: true, ("tcp", store.Port));
        yield return StatefulSet(store);
        yield return NetworkPolicy(store.Name, Selector(store.Name), [From(users, store.Port)], isMongo ? [ToNames(), To(store.Name, store.Port)] : []);
        if (!isMongo) yield break;
        yield return DisruptionBudget(store.Name);
        yield return ServiceAccount($"{store.Name}-init");
        yield return InitJob(store);
        yield return NetworkPolicy($"{store.Name}-init", Selector($"{store.Name}-init"), [], [ToNames(), To(store.Name, store.Port)]);
    }

    private static Map StatefulSet(Store store)
    {
        var (container, volumes) = Container(store);
        return Object("apps/v1", "StatefulSet", store.Name, new()
        {
            ["spec"] = new Map
            {
                ["serviceName"] = store.Name,
                ["replicas"] = store.Kind == StoreKind.MongoDB ? MongoMembers : 1,
                ["podManagementPolicy"] = "Parallel", // members of a replica set need each other to become ready
                ["selector"] = Selector(store.Name),
                ["template"] = KustomizePublisher.PodTemplate(store.Name, DatabaseUser, container, volumes,
                    new() { ["topologySpreadConstraints"] = TopologySpread(store.Name) }),
                ["volumeClaimTemplates"] = new[]
                {
                    new Map
                    {
                        ["metadata"] = new Map { ["name"] = "data" },
                        ["spec"] = new Map
                        {
                            ["accessModes"] = new[] { "ReadWriteOnce" },
                            ["resources"] = new Map { ["requests"] = new Map { ["storage"] = "5Gi" } },
                        },
                    },
                },
            },
        });
    }

    private static (Map Container, Map[] Volumes) Container(Store store)
    {
        var values = new Values(name => name, _ => store.Port, p => $"$({DeploymentModel.VariableOf(p.Name)})");
        var container = new Map
        {
            ["name"] = store.Name,
            ["image"] = store.Image,
            ["env"] = store.Environment.Select(v => v.Value is ParameterResource secret
                ? SecretVariable(v.Key, secret.Name, "password") : Variable(v.Key, values.Write(v.Value)))
                .Concat(store.Kind == StoreKind.Postgres ? store.Databases.Select(d => PasswordVariable(d.Secret)) : [])
                .Append(Variable("HOME", "/tmp")).ToArray(),
            ["ports"] = new[] { new Map { ["name"] = "tcp", ["containerPort"] = store.Port } },
        };
        if (store.Entrypoint is not null) container["command"] = new[] { store.Entrypoint };
        var arguments = store.Kind == StoreKind.Redis ? Owners.Limited(store) : store.Arguments;
        if (arguments.Count > 0) container["args"] = arguments;
        List<Map> mounts = [Mount("data", store.DataFolder), Mount("tmp", "/tmp")], volumes = [Scratch("tmp")];
        var init = new Map { ["name"] = "init", ["configMap"] = new Map { ["name"] = $"{store.Name}-init" } };
        switch (store.Kind)
        {
            case StoreKind.Postgres:
                container.With(Probes("pg_isready -q -U \"$POSTGRES_USER\"", 5)).With(new() { ["resources"] = Resources("250m", "1536Mi", "2", "2Gi") });
                mounts.AddRange([Mount("run", "/var/run/postgresql"), Mount("memory", "/dev/shm")]);
                mounts.Add(Mount("init", "/docker-entrypoint-initdb.d", readOnly: true));
                volumes.AddRange([Scratch("run"), Scratch("memory", "Memory", "256Mi"), init]);
                break;
            case StoreKind.Redis:
                container.With(Probes("REDISCLI_AUTH=$REDIS_PASSWORD redis-cli ping | grep -q PONG", 5))
                    .With(new() { ["resources"] = Resources("100m", "256Mi", "1", "2Gi") });
                break;
            case StoreKind.MongoDB:
                container["command"] = new[] { "/bin/sh", "/init/member.sh" };
                container.With(Probes("mongosh --quiet --eval 'quit(db.hello().isWritablePrimary || db.hello().secondary ? 0 : 1)'", 20))
                    .With(new() { ["resources"] = Resources("250m", "512Mi", "1", "1Gi") });
                // Before there is a replica set a member is neither; it lives all the same.
                container["startupProbe"] = ExecProbe("mongosh --quiet --eval 'db.adminCommand(\"ping\")'", 10, 30);
                container["livenessProbe"] = ExecProbe("mongosh --quiet --eval 'db.adminCommand(\"ping\")'", 30, 3);
                mounts.AddRange([Mount("configdb", "/data/configdb"), Mount("keyfile", "/keys", readOnly: true), Mount("init", "/init", readOnly: true)]);
                volumes.AddRange([Scratch("configdb"), init, new() { ["name"] = "keyfile", ["secret"] = new Map { ["secretName"] = KeyFile(store).Name } }]);
                break;
        }

        container["volumeMounts"] = mounts;
        return (container, [.. volumes]);
    }

    private static Map Probes(string script, int periodSeconds) => new()
    {
        ["startupProbe"] = ExecProbe(script, 2, 90),
        ["livenessProbe"] = ExecProbe(script, periodSeconds * 2, 3),
        ["readinessProbe"] = ExecProbe(script, periodSeconds, 2),
    };

    /// <summary>Writes what a server reads when it is first started; gives the names.</summary>
    private string[] InitFiles(Store store)
    {
        switch (store.Kind)
        {
            case StoreKind.Postgres:
                output.Write($"{Folder}/{store.Name}-owners.sh", Owners.Script("postgres-owners.sh", store, Owners.Variable));
                return [$"{store.Name}-owners.sh"];
            case StoreKind.MongoDB:
                output.Write($"{Folder}/member.sh", $$"""
                    #!/bin/sh
                    # The first member makes the root user; the others copy it. mongod takes no key that others may read, and volumes of secrets are such.
                    set -eu
                    install -m 400 /keys/keyfile /tmp/keyfile
                    if [ "$(hostname)" != {{store.Name}}-0 ]; then unset MONGO_INITDB_ROOT_USERNAME MONGO_INITDB_ROOT_PASSWORD; fi
                    exec docker-entrypoint.sh mongod --replSet {{ReplicaSet}} --bind_ip_all --keyFile /tmp/keyfile --wiredTigerCacheSizeGB 0.4

                    """);
                output.Write($"{Folder}/initiate.js", $$"""
                    // Makes the replica set, unless it is there.
                    try { rs.status(); } catch (e) {
                      if (e.codeName !== 'NotYetInitialized') throw e;
                      rs.initiate({ _id: '{{ReplicaSet}}', members: '{{Members(store)}}'.split(',').map((host, _id) => ({ _id, host })) });
                    }

                    """);
                output.Write($"{Folder}/owners.js", Owners.MongoScript(store));
                return ["member.sh", "initiate.js", "owners.js"];
            default:
                return [];
        }
    }

    private static Map InitJob(Store store)
    {
        var name = $"{store.Name}-init";
        const string Script = "until mongosh --quiet \"mongodb://$SERVER/admin?directConnection=true\" -u \"$MONGO_USER\" -p \"$MONGO_PASSWORD\" " +
            "/init/initiate.js && mongosh --quiet \"$CLUSTER\" -u \"$MONGO_USER\" -p \"$MONGO_PASSWORD\" /init/owners.js; do sleep 2; done";
        var template = KustomizePublisher.PodTemplate(name, DatabaseUser, new()
        {
            ["name"] = name,
            ["image"] = store.Image,
            ["command"] = new[] { "sh", "-c", Script },
            ["env"] = new[]
            {
                Variable("HOME", "/tmp"), Variable("SERVER", $"{store.Name}-0.{store.Name}:{store.Port}"),
                Variable("CLUSTER", $"mongodb://{Members(store)}/admin?replicaSet={ReplicaSet}"), Variable("MONGO_USER", "admin"),
                SecretVariable("MONGO_PASSWORD", store.Password.Name, "password"),
            }.Concat(store.Databases.Select(d => PasswordVariable(d.Secret))).ToArray(),
            ["resources"] = Resources("50m", "128Mi", "500m", "512Mi"),
            ["volumeMounts"] = new[] { Mount("init", "/init", readOnly: true), Mount("tmp", "/tmp") },
        }, [Scratch("tmp"), new() { ["name"] = "init", ["configMap"] = new Map { ["name"] = name } }], new() { ["restartPolicy"] = "OnFailure" });
        return Object("batch/v1", "Job", name, new()
        {
            ["spec"] = new Map { ["backoffLimit"] = 10, ["activeDeadlineSeconds"] = 900, ["template"] = template },
        });
    }
}
