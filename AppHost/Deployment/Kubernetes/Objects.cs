using k8s.Models;

namespace AppHost.Deployment.Kubernetes;

/// <summary>Parts that several Kubernetes objects have in common.</summary>
internal static class Objects
{
    public const int ServicePort = 8080;

    /// <summary>The user of .NET's chiseled images (<c>APP_UID</c>).</summary>
    public const int AppUser = 1654;

    public const string PartOf = "shop";

    public static Dictionary<string, string> Labels(string name) => new() { ["app.kubernetes.io/name"] = name, ["app.kubernetes.io/part-of"] = PartOf };

    public static V1ObjectMeta Named(string name) => new() { Name = name, Labels = Labels(name) };

    public static V1LabelSelector Selector(Dictionary<string, string> labels) => new() { MatchLabels = labels };

    public static V1LabelSelector Selector(string name) => Selector(Labels(name));

    /// <summary>Selects all pods defined here; the pods of operators have their own labels.</summary>
    public static V1LabelSelector All => Selector(new Dictionary<string, string> { ["app.kubernetes.io/part-of"] = PartOf });

    /// <summary>Creates an account without rights, because nothing here calls the Kubernetes API.</summary>
    public static V1ServiceAccount ServiceAccount(string name) => new() { Metadata = Named(name), AutomountServiceAccountToken = false };

    public static V1Service Service(string name, params (string Name, int Port)[] ports) => new()
    {
        Metadata = Named(name),
        Spec = new()
        {
            Selector = Labels(name),
            Ports = [.. ports.Select(p => new V1ServicePort { Name = p.Name, Port = p.Port, TargetPort = p.Port, Protocol = "TCP" })],
        },
    };

    /// <summary>
    /// Lets one pod at a time be evicted. A pod that is not ready can always be evicted, because it would otherwise block the draining of its node.
    /// </summary>
    public static V1PodDisruptionBudget DisruptionBudget(string name, V1LabelSelector pods)
        => new() { Metadata = Named(name), Spec = new() { MaxUnavailable = 1, Selector = pods, UnhealthyPodEvictionPolicy = "AlwaysAllow" } };

    /// <summary>Scales between two numbers of pods by CPU: up at once and down slowly, because a removed pod takes its warm connections with it.</summary>
    public static V2HorizontalPodAutoscaler Autoscaler(string name, int min, int max) => new()
    {
        Metadata = Named(name),
        Spec = new()
        {
            ScaleTargetRef = new() { ApiVersion = "apps/v1", Kind = "Deployment", Name = name },
            MinReplicas = min,
            MaxReplicas = max,
            Metrics = [new() { Type = "Resource", Resource = new() { Name = "cpu", Target = new() { Type = "Utilization", AverageUtilization = 70 } } }],
            Behavior = new() { ScaleDown = new() { StabilizationWindowSeconds = 300 } },
        },
    };

    /// <summary>Creates a confined pod of one container, spread over zones and nodes. User ids are numeric, so that the kubelet can check them.</summary>
    public static V1PodTemplateSpec Pod(string name, int user, V1Container container, params V1Volume[] volumes)
    {
        container.Name = name;
        container.SecurityContext = new() { AllowPrivilegeEscalation = false, ReadOnlyRootFilesystem = true, Capabilities = new() { Drop = ["ALL"] } };
        return new()
        {
            Metadata = new() { Labels = Labels(name) },
            Spec = new()
            {
                ServiceAccountName = name,
                AutomountServiceAccountToken = false,
                EnableServiceLinks = false,
                SecurityContext = new()
                {
                    RunAsNonRoot = true, RunAsUser = user, RunAsGroup = user, FsGroup = user, FsGroupChangePolicy = "OnRootMismatch",
                    SeccompProfile = new() { Type = "RuntimeDefault" },
                },
                TerminationGracePeriodSeconds = 60,
                TopologySpreadConstraints = [.. new[] { "topology.kubernetes.io/zone", "kubernetes.io/hostname" }.Select(key => new V1TopologySpreadConstraint
                {
                    MaxSkew = 1, TopologyKey = key, WhenUnsatisfiable = "ScheduleAnyway", LabelSelector = Selector(name),
                })],
                Containers = [container],
                Volumes = volumes,
            },
        };
    }

    public static V1PersistentVolumeClaim Claim(string name, string size) => new()
    {
        Metadata = new() { Name = name },
        Spec = new()
        {
            AccessModes = ["ReadWriteOnce"], Resources = new() { Requests = new Dictionary<string, ResourceQuantity> { ["storage"] = new(size) } },
        },
    };

    public static V1ResourceRequirements Resources(string cpu, string memory, string cpuMax, string memoryMax) => new()
    {
        Requests = new Dictionary<string, ResourceQuantity> { ["cpu"] = new(cpu), ["memory"] = new(memory) },
        Limits = new Dictionary<string, ResourceQuantity> { ["cpu"] = new(cpuMax), ["memory"] = new(memoryMax) },
    };

    /// <summary>Gives a container five minutes to start, and restarts it after a minute without an answer, because a busy node is slow.</summary>
    public static void Probe(V1Container container, V1Probe alive, V1Probe ready)
    {
        container.StartupProbe = Every(2, 150, alive);
        container.LivenessProbe = Every(10, 6, alive);
        container.ReadinessProbe = Every(2, 2, ready);
    }

    public static V1Probe Every(int periodSeconds, int failures, V1Probe probe) => new()
    {
        HttpGet = probe.HttpGet, TcpSocket = probe.TcpSocket, Exec = probe.Exec, PeriodSeconds = periodSeconds, TimeoutSeconds = 5, FailureThreshold = failures,
    };

    public static V1Probe Http(string path, int port) => new() { HttpGet = new() { Path = path, Port = port } };

    public static V1Probe Tcp(int port) => new() { TcpSocket = new() { Port = port } };

    public static V1Probe Exec(string script) => new() { Exec = new() { Command = ["sh", "-c", script] } };

    /// <summary>Removes an image's tag, which is set in one place: <c>images</c> of a kustomization.</summary>
    public static string Untagged(string image) => image[..image.LastIndexOf(':')];

    public static V1ContainerPort Port(string name, int port) => new() { Name = name, ContainerPort = port };

    public static V1EnvVar Variable(string name, string value) => new() { Name = name, Value = value };

    public static V1EnvVar SecretVariable(string name, string secret, string key)
        => new() { Name = name, ValueFrom = new() { SecretKeyRef = new() { Name = secret, Key = key } } };

    public static V1EnvVar FieldVariable(string name, string path) => new() { Name = name, ValueFrom = new() { FieldRef = new() { FieldPath = path } } };

    public static V1Volume Scratch(string name, string size = "64Mi", string? medium = null)
        => new() { Name = name, EmptyDir = new() { SizeLimit = new(size), Medium = medium } };

    /// <summary>Creates a volume with an authority's certificate, from the secret of its name, which may also hold a key.</summary>
    public static V1Volume Authority(string secret)
        => new() { Name = secret, Secret = new() { SecretName = secret, Items = [new() { Key = "ca.crt", Path = "ca.crt" }] } };

    public static V1Volume ConfigMap(string volume, string name) => new() { Name = volume, ConfigMap = new() { Name = name } };

    public static V1VolumeMount Mount(string name, string path) => new() { Name = name, MountPath = path };

    public static V1VolumeMount ReadOnly(string name, string path, string? subPath = null)
        => new() { Name = name, MountPath = path, SubPath = subPath, ReadOnlyProperty = true };

    /// <summary>Allows incoming traffic and, unless it is null, outgoing traffic for some pods; the rule for all pods denies everything else.</summary>
    public static V1NetworkPolicy NetworkPolicy(string name, V1LabelSelector pods, V1NetworkPolicyIngressRule[] ingress, V1NetworkPolicyEgressRule[]? egress)
        => new()
        {
            Metadata = Named(name),
            Spec = new() { PodSelector = pods, PolicyTypes = egress is null ? ["Ingress"] : ["Ingress", "Egress"], Ingress = ingress, Egress = egress },
        };

    public static V1NetworkPolicyPeer Pods(Dictionary<string, string> labels) => new() { PodSelector = Selector(labels) };

    public static V1NetworkPolicyPeer Namespace(string name)
        => new() { NamespaceSelector = Selector(new Dictionary<string, string> { ["kubernetes.io/metadata.name"] = name }) };

    public static V1NetworkPolicyIngressRule From(IEnumerable<string> names, int port) => From([.. names.Select(n => Pods(Labels(n)))], port);

    public static V1NetworkPolicyIngressRule From(V1NetworkPolicyPeer[]? peers, params int[] ports) => new() { FromProperty = peers, Ports = Tcp(ports) };

    public static V1NetworkPolicyEgressRule To(string name, int port) => To([Pods(Labels(name))], port);

    public static V1NetworkPolicyEgressRule To(V1NetworkPolicyPeer[]? peers, params int[] ports) => new() { To = peers, Ports = Tcp(ports) };

    /// <summary>Allows DNS: the cluster's server, and the cache that a node may have.</summary>
    public static V1NetworkPolicyEgressRule ToNames()
        => new() { To = [Namespace("kube-system"), new() { IpBlock = new() { Cidr = "169.254.20.10/32" } }], Ports = NamePorts(53) };

    public static V1NetworkPolicyPort[] NamePorts(params int[] ports)
        => [.. ports.SelectMany(p => new[] { "UDP", "TCP" }.Select(protocol => new V1NetworkPolicyPort { Protocol = protocol, Port = p }))];

    private static V1NetworkPolicyPort[] Tcp(int[] ports) => [.. ports.Select(p => new V1NetworkPolicyPort { Protocol = "TCP", Port = p })];
}
