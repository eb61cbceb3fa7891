using k8s.Models;
using static AppHost.Deployment.Kubernetes.Objects;

namespace AppHost.Deployment.Kubernetes;

/// <summary>
/// Three pods with a Redis and a Sentinel each, as on three machines, with the same script and the same promise. Each pod has a Service of its own: its address
/// stays when the pod is replaced, and its name resolves when the pod is gone.
/// </summary>
internal sealed class RedisPods(Store store, IEnumerable<string> clients)
{
    private const int Count = 3, User = 999;
    private const string Configuration = "/etc/shop/redis", Data = "/var/lib/shop/redis", Certificates = "/etc/shop/cluster", Passwords = "/run/shop";

    private readonly ReplicatedRedis _redis = new(store, [.. Enumerable.Range(0, Count).Select(n => $"{store.Name}-{n}")],
        static secret => $"@{DeploymentModel.VariableOf(secret)}@");

    /// <summary>The files of the ConfigMap, from which the pods start.</summary>
    public IEnumerable<(string Name, string Text)> Files =>
    [
        ("redis.conf", _redis.Configuration(Data, Certificates)),
        ("sentinel.conf", ReplicatedRedis.SentinelConfiguration(Data, Certificates) + "sentinel resolve-hostnames yes\nsentinel announce-hostnames yes\n"),
        ("redis.users", _redis.Users),
        ("sentinel.users", _redis.SentinelUsers),
        (ReplicatedRedis.ScriptName, _redis.Script("$HOSTNAME", $"$(printf '{_redis.Sentinel} %s' \"$HOSTNAME\" | sha256sum | cut -c1-40)", "redis",
            "/usr/local/bin")),
    ];

    public IEnumerable<Secret> Secrets => _redis.Secrets.Select(Kubernetes.Secrets.Of);

    /// <summary>Gets the variables of a service that uses this Redis.</summary>
    /// <param name="connection">The service's connection.</param>
    /// <param name="authority">The folder with the authority's certificate.</param>
    public V1EnvVar[] Variables(StoreConnection connection, string authority) =>
    [
        Password(connection.Secret),
        Variable($"ConnectionStrings__{connection.Name}", connection.Write(_redis.Hosts, $"$({DeploymentModel.VariableOf(connection.Secret)})")),
        Variable("Stock__ReplicasToConfirm", $"{ReplicatedRedis.ReplicasToConfirm}"),
        Variable("SERedis_IssuerCertPath", $"{authority}/ca.crt"),
    ];

    /// <summary>Lets a service reach this Redis and its sentinels.</summary>
    public V1NetworkPolicyEgressRule Egress => To([Pods(Labels(store.Name))], store.Port, ReplicatedRedis.SentinelPort);

    /// <summary>Defines all objects but the ConfigMap, which kustomize makes of the files.</summary>
    public IEnumerable<object> Define()
    {
        yield return OutputFolder.Read("authority.yaml", ("NAME", store.Name));
        // Redis reads certificates when it starts.
        yield return OutputFolder.Read("redis-certificate.yaml", ("NAME", store.Name),
            ("DNS_NAMES", string.Join(", ", Enumerable.Range(0, Count).Select(n => $"{store.Name}-{n}"))));
        yield return ServiceAccount(store.Name);
        foreach (var service in (V1Service[])[Headless(), .. Enumerable.Range(0, Count).Select(Own)]) yield return service;
        yield return StatefulSet();
        yield return DisruptionBudget(store.Name, Selector(store.Name));
        yield return NetworkPolicy(store.Name, Selector(store.Name),
            [From([.. clients.Append(store.Name).Select(name => Pods(Labels(name)))], store.Port, ReplicatedRedis.SentinelPort)], [ToNames(), Egress]);
    }

    private V1Service Headless()
    {
        var service = Service(store.Name, ("redis", store.Port), ("sentinel", ReplicatedRedis.SentinelPort));
        (service.Spec.ClusterIP, service.Spec.PublishNotReadyAddresses) = ("None", true);
        return service;
    }

    // Pods find each other before they are ready.
    private V1Service Own(int pod)
    {
        var service = Service(store.Name, ("redis", store.Port), ("sentinel", ReplicatedRedis.SentinelPort));
        service.Metadata.Name = $"{store.Name}-{pod}";
        service.Spec.Selector = new Dictionary<string, string>(Labels(store.Name)) { ["statefulset.kubernetes.io/pod-name"] = service.Metadata.Name };
        service.Spec.PublishNotReadyAddresses = true;
        return service;
    }

    private V1StatefulSet StatefulSet()
    {
        var redis = Container("redis", store.Port, Resources("500m", "2Gi", "2", "4Gi"));
        redis.ReadinessProbe = Every(5, 2, Exec($"{Configuration}/{ReplicatedRedis.ScriptName} cli INFO replication | " +
            "grep -Eq '^(role:master|master_link_status:up)'"));
        var sentinel = Container("sentinel", ReplicatedRedis.SentinelPort, Resources("50m", "64Mi", "500m", "256Mi"));
        var template = Pod(store.Name, User, redis, ConfigMap("configuration", store.Name), CertificatesVolume(), Scratch("redis-run", "1Mi", "Memory"),
            Scratch("sentinel-run", "1Mi", "Memory"), Scratch("tmp"));
        (redis.Name, sentinel.SecurityContext) = ("redis", redis.SecurityContext);
        template.Spec.Containers.Add(sentinel);
        template.Spec.Volumes[0].ConfigMap.DefaultMode = 0b111_101_101;
        // Sentinel resolves names while it does nothing else, and chooses no master for half a minute after it has waited for more than 2 s.
        template.Spec.DnsConfig = new() { Options = [new() { Name = "timeout", Value = "1" }, new() { Name = "attempts", Value = "3" }] };
        template.Spec.Affinity = new()
        {
            PodAntiAffinity = new()
            {
                RequiredDuringSchedulingIgnoredDuringExecution = [new() { TopologyKey = "kubernetes.io/hostname", LabelSelector = Selector(store.Name) }],
            },
        };
        return new()
        {
            Metadata = Named(store.Name),
            Spec = new()
            {
                ServiceName = store.Name,
                Replicas = Count,
                PodManagementPolicy = "Parallel", // a Redis starts when two sentinels answer
                MinReadySeconds = 15, // an update waits until Sentinel, which lists replicas every 10 s, may choose the new pod
                Selector = Selector(store.Name),
                Template = template,
                VolumeClaimTemplates = [Claim("data", "20Gi")],
            },
        };
    }

    private V1Container Container(string name, int port, V1ResourceRequirements resources)
    {
        // Any answer will do, also that a password is missing.
        var alive = Exec($"redis-cli --tls --cacert {Certificates}/authority.pem -p {port} PING | grep -q .");
        return new()
        {
            Name = name,
            Image = Untagged(store.Image),
            // Passwords become a file in memory, by bash alone: everyone can read a process's arguments.
            Command =
            [
                "bash", "-c", $"umask 077 && users=$(<{Configuration}/{name}.users) && " +
                    $"for secret in {string.Join(' ', _redis.Secrets.Select(DeploymentModel.VariableOf))}; do " +
                    "users=${users//@$secret@/${!secret}}; done && " +
                    $"echo \"$users\" >{Passwords}/users && exec {Configuration}/{ReplicatedRedis.ScriptName} {name}",
            ],
            Env = [.. _redis.Secrets.Select(Password), Variable("CREDENTIALS_DIRECTORY", Passwords), Variable("HOME", "/tmp")],
            Ports = [Port(name, port)],
            Resources = resources,
            VolumeMounts =
            [
                ReadOnly("configuration", Configuration), ReadOnly("certificates", Certificates), Mount($"{name}-run", Passwords),
                new() { Name = "data", MountPath = Data, SubPath = name }, Mount("tmp", "/tmp"),
            ],
            // It waits for the sentinels, and loads its log, before it answers.
            StartupProbe = Every(5, 720, alive),
            LivenessProbe = Every(20, 6, alive),
            ReadinessProbe = Every(5, 2, alive),
        };
    }

    private V1Volume CertificatesVolume() => new()
    {
        Name = "certificates",
        Secret = new()
        {
            SecretName = $"{store.Name}-tls", DefaultMode = 0b100_100_000,
            Items =
            [
                new() { Key = "tls.crt", Path = "certificate.pem" }, new() { Key = "tls.key", Path = "key.pem" },
                new() { Key = "ca.crt", Path = "authority.pem" },
            ],
        },
    };

    private static V1EnvVar Password(string secret) => SecretVariable(DeploymentModel.VariableOf(secret), secret, "password");
}
