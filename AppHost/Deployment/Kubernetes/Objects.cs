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

    public static Map Object(string apiVersion, string kind, string name, Map? rest = null)
        => new Map { ["apiVersion"] = apiVersion, ["kind"] = kind, ["metadata"] = new Map { ["name"] = name, ["labels"] = Labels(name) } }.With(rest ?? []);

    public static Map Labels(string name) => new() { ["app.kubernetes.io/name"] = name, ["app.kubernetes.io/part-of"] = PartOf };

    /// <summary>Selects an application's pods.</summary>
    public static Map Selector(string name) => new() { ["matchLabels"] = Labels(name) };

    /// <summary>An account without rights: nothing here talks to the cluster.</summary>
    public static Map ServiceAccount(string name) => Object("v1", "ServiceAccount", name, new() { ["automountServiceAccountToken"] = false });

    public static Map Service(string name, params (string Name, int Port)[] ports) => Service(name, headless: false, ports);

    public static Map Service(string name, bool headless, params (string Name, int Port)[] ports)
    {
        var spec = new Map { ["selector"] = Labels(name), ["ports"] = ports.Select(p => Port(p.Name, p.Port)).ToArray() };
        // Members find each other before they are ready.
        if (headless) spec.With(new() { ["clusterIP"] = "None", ["publishNotReadyAddresses"] = true });
        return Object("v1", "Service", name, new() { ["spec"] = spec });
    }

    private static Map Port(string name, int port) => new() { ["name"] = name, ["port"] = port, ["targetPort"] = port, ["protocol"] = "TCP" };

    /// <summary>One pod at a time may be taken away on purpose.</summary>
    public static Map DisruptionBudget(string name) => Object("policy/v1", "PodDisruptionBudget", name,
        new() { ["spec"] = new Map { ["maxUnavailable"] = 1, ["selector"] = Selector(name) } });

    /// <summary>Between so many pods, by CPU. Scales up at once and down slowly: a pod that is gone takes its warm connections with it.</summary>
    public static Map Autoscaler(string name, int min, int max) => Object("autoscaling/v2", "HorizontalPodAutoscaler", name, new()
    {
        ["spec"] = new Map
        {
            ["scaleTargetRef"] = new Map { ["apiVersion"] = "apps/v1", ["kind"] = "Deployment", ["name"] = name },
            ["minReplicas"] = min,
            ["maxReplicas"] = max,
            ["metrics"] = new[]
            {
                new Map
                {
                    ["type"] = "Resource",
                    ["resource"] = new Map { ["name"] = "cpu", ["target"] = new Map { ["type"] = "Utilization", ["averageUtilization"] = 70 } },
                },
            },
            ["behavior"] = new Map { ["scaleDown"] = new Map { ["stabilizationWindowSeconds"] = 300 } },
        },
    });

    /// <summary>The pod's own rules; numeric ids, so that the kubelet can check them.</summary>
    public static Map PodSecurity(int user) => new()
    {
        ["runAsNonRoot"] = true, ["runAsUser"] = user, ["runAsGroup"] = user, ["fsGroup"] = user, ["fsGroupChangePolicy"] = "OnRootMismatch",
        ["seccompProfile"] = new Map { ["type"] = "RuntimeDefault" },
    };

    public static Map ContainerSecurity() => new()
    {
        ["allowPrivilegeEscalation"] = false, ["readOnlyRootFilesystem"] = true, ["capabilities"] = new Map { ["drop"] = new[] { "ALL" } },
    };

    public static Map Resources(string cpu, string memory, string cpuMax, string memoryMax) => new()
    {
        ["requests"] = new Map { ["cpu"] = cpu, ["memory"] = memory }, ["limits"] = new Map { ["cpu"] = cpuMax, ["memory"] = memoryMax },
    };

    /// <summary>Spreads pods over zones and nodes where there are several.</summary>
    public static Map[] TopologySpread(string name) => [.. new[] { "topology.kubernetes.io/zone", "kubernetes.io/hostname" }.Select(key => new Map
    {
        ["maxSkew"] = 1, ["topologyKey"] = key, ["whenUnsatisfiable"] = "ScheduleAnyway", ["labelSelector"] = Selector(name),
    })];

    public static Map HttpProbe(string path, int port, int periodSeconds, int failures) => new()
    {
        ["httpGet"] = new Map { ["path"] = path, ["port"] = port },
        ["periodSeconds"] = periodSeconds, ["timeoutSeconds"] = 5, ["failureThreshold"] = failures,
    };

    public static Map ExecProbe(string script, int periodSeconds, int failures) => new()
    {
        ["exec"] = new Map { ["command"] = new[] { "sh", "-c", script } },
        ["periodSeconds"] = periodSeconds, ["timeoutSeconds"] = 5, ["failureThreshold"] = failures,
    };

    public static Map TcpProbe(int port, int periodSeconds, int failures) => new()
    {
        ["tcpSocket"] = new Map { ["port"] = port }, ["periodSeconds"] = periodSeconds, ["timeoutSeconds"] = 5, ["failureThreshold"] = failures,
    };

    public static Map Variable(string name, string value) => new() { ["name"] = name, ["value"] = value };

    public static Map SecretVariable(string name, string secret, string key)
        => new() { ["name"] = name, ["valueFrom"] = new Map { ["secretKeyRef"] = new Map { ["name"] = secret, ["key"] = key } } };

    public static Map FieldVariable(string name, string path)
        => new() { ["name"] = name, ["valueFrom"] = new Map { ["fieldRef"] = new Map { ["fieldPath"] = path } } };

    public static Map Scratch(string name, string? medium = null, string size = "64Mi")
    {
        var folder = new Map { ["sizeLimit"] = size };
        if (medium is not null) folder["medium"] = medium;
        return new() { ["name"] = name, ["emptyDir"] = folder };
    }

    public static Map Mount(string name, string path, string? subPath = null, bool readOnly = false)
    {
        var mount = new Map { ["name"] = name, ["mountPath"] = path };
        if (subPath is not null) mount["subPath"] = subPath;
        if (readOnly) mount["readOnly"] = true;
        return mount;
    }

    /// <summary>Lets traffic in (and, unless it is null, out) for an application's pods; all else is refused by the rule for all pods.</summary>
    public static Map NetworkPolicy(string name, Map pods, IEnumerable<Map> ingress, IEnumerable<Map>? egress)
    {
        var spec = new Map { ["podSelector"] = pods, ["policyTypes"] = egress is null ? new[] { "Ingress" } : ["Ingress", "Egress"], ["ingress"] = ingress };
        if (egress is not null) spec["egress"] = egress;
        return Object("networking.k8s.io/v1", "NetworkPolicy", name, new() { ["spec"] = spec });
    }

    public static Map From(IEnumerable<string> names, params int[] ports) => Peers("from", [.. names.Select(PodPeer)], ports);

    public static Map To(string name, params int[] ports) => Peers("to", [PodPeer(name)], ports);

    public static Map PodPeer(string name) => new() { ["podSelector"] = Selector(name) };

    public static Map Peers(string direction, Map[] peers, int[] ports, string protocol = "TCP")
    {
        var rule = new Map();
        if (peers.Length > 0) rule[direction] = peers;
        if (ports.Length > 0) rule["ports"] = ports.Select(p => new Map { ["protocol"] = protocol, ["port"] = p }).ToArray();
        return rule;
    }

    /// <summary>The cluster's name server.</summary>
    public static Map ToNames()
    {
        var peer = new Map { ["namespaceSelector"] = new Map { ["matchLabels"] = new Map { ["kubernetes.io/metadata.name"] = "kube-system" } } };
        return new() { ["to"] = new[] { peer }, ["ports"] = new[] { "UDP", "TCP" }.Select(p => new Map { ["protocol"] = p, ["port"] = 53 }).ToArray() };
    }
}
