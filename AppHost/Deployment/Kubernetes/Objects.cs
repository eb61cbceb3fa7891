using k8s.Models;

namespace AppHost.Deployment.Kubernetes;

/// <summary>The parts that several Kubernetes objects have in common.</summary>
internal static class Objects
{
    /// <summary>The port of every service's container.</summary>
    public const int ServicePort = 8080;

    /// <summary>The user of .NET's chiseled images (<c>APP_UID</c>).</summary>
    public const int AppUser = 1654;

    public const string PartOf = "shop", DashboardName = "dashboard";

    /// <summary>Where the dashboard takes telemetry, gRPC; and where it shows it.</summary>
    public const int OtlpPort = 18889, DashboardPort = 18888;

    public static Dictionary<string, string> Labels(string name) => new() { ["app.kubernetes.io/name"] = name, ["app.kubernetes.io/part-of"] = PartOf };

    public static V1ObjectMeta Named(string name) => new() { Name = name, Labels = Labels(name) };

    public static V1LabelSelector Selector(Dictionary<string, string> labels) => new() { MatchLabels = labels };

    /// <summary>Selects an application's pods.</summary>
    public static V1LabelSelector Selector(string name) => Selector(Labels(name));

    /// <summary>An account without rights: nothing here talks to the cluster.</summary>
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

    /// <summary>One pod at a time may be taken away on purpose.</summary>
    public static V1PodDisruptionBudget DisruptionBudget(string name)
        => new() { Metadata = Named(name), Spec = new() { MaxUnavailable = 1, Selector = Selector(name) } };

    /// <summary>Between so many pods, by CPU. Scales up at once and down slowly: a pod that is gone takes its warm connections with it.</summary>
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

    /// <summary>A pod of one container, confined; numeric ids, so that the kubelet can check them. Pods spread over zones and nodes where there are several.</summary>
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

    public static V1ResourceRequirements Resources(string cpu, string memory, string cpuMax, string memoryMax) => new()
    {
        Requests = new Dictionary<string, ResourceQuantity> { ["cpu"] = new(cpu), ["memory"] = new(memory) },
        Limits = new Dictionary<string, ResourceQuantity> { ["cpu"] = new(cpuMax), ["memory"] = new(memoryMax) },
    };

    public static V1Probe HttpProbe(string path, int port, int periodSeconds, int failures)
        => new() { HttpGet = new() { Path = path, Port = port }, PeriodSeconds = periodSeconds, TimeoutSeconds = 5, FailureThreshold = failures };

    public static V1Probe TcpProbe(int port, int periodSeconds, int failures)
        => new() { TcpSocket = new() { Port = port }, PeriodSeconds = periodSeconds, TimeoutSeconds = 5, FailureThreshold = failures };

    public static V1Probe ExecProbe(string script, int periodSeconds, int failures)
        => new() { Exec = new() { Command = ["sh", "-c", script] }, PeriodSeconds = periodSeconds, TimeoutSeconds = 5, FailureThreshold = failures };

    public static V1ContainerPort Port(string name, int port) => new() { Name = name, ContainerPort = port };

    public static V1EnvVar Variable(string name, string value) => new() { Name = name, Value = value };

    public static V1EnvVar SecretVariable(string name, string secret, string key)
        => new() { Name = name, ValueFrom = new() { SecretKeyRef = new() { Name = secret, Key = key } } };

    public static V1EnvVar FieldVariable(string name, string path) => new() { Name = name, ValueFrom = new() { FieldRef = new() { FieldPath = path } } };

    public static V1Volume Scratch(string name, string size = "64Mi", string? medium = null)
        => new() { Name = name, EmptyDir = new() { SizeLimit = new(size), Medium = medium } };

    public static V1Volume ConfigMap(string volume, string name) => new() { Name = volume, ConfigMap = new() { Name = name } };

    public static V1VolumeMount Mount(string name, string path) => new() { Name = name, MountPath = path };

    public static V1VolumeMount ReadOnly(string name, string path, string? subPath = null)
        => new() { Name = name, MountPath = path, SubPath = subPath, ReadOnlyProperty = true };

    /// <summary>Lets traffic in (and, unless it is null, out) for some pods; all else is refused by the rule for all pods.</summary>
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

    /// <summary>The cluster's name server.</summary>
    public static V1NetworkPolicyEgressRule ToNames()
        => new() { To = [Namespace("kube-system")], Ports = [new() { Protocol = "UDP", Port = 53 }, new() { Protocol = "TCP", Port = 53 }] };

    private static V1NetworkPolicyPort[] Tcp(int[] ports) => [.. ports.Select(p => new V1NetworkPolicyPort { Protocol = "TCP", Port = p })];
}
