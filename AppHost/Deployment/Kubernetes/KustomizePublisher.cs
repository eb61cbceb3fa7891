using static AppHost.Deployment.Kubernetes.Objects;

namespace AppHost.Deployment.Kubernetes;

/// <summary>
/// Writes a base (services, gateway, dashboard, rules) and two overlays: <c>local</c> brings its own databases, <c>production</c> has operators run them.
/// There is no Job for the schema: each service makes its own at start, under a lock of the database (<c>ServiceDefaults/DatabaseSchema.cs</c>).
/// </summary>
internal sealed class KustomizePublisher(DeploymentModel model, OutputFolder output)
{
    private const int GatewayPort = 8000, NginxUser = 101;

    // Set in this order: a variable sees those above it.
    private static readonly Map[] TelemetryVariables =
    [
        FieldVariable("POD_NAME", "metadata.name"),
        SecretVariable("OTLP_API_KEY", DashboardName, "otlp-api-key"),
        Variable("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://{DashboardName}:{OtlpPort}"),
        Variable("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
        Variable("OTEL_EXPORTER_OTLP_HEADERS", "x-otlp-api-key=$(OTLP_API_KEY)"),
        Variable("OTEL_RESOURCE_ATTRIBUTES", "service.instance.id=$(POD_NAME)"),
        Variable("OTEL_TRACES_SAMPLER", "parentbased_traceidratio"),
        Variable("OTEL_TRACES_SAMPLER_ARG", "0.01"),
    ];

    public void Write()
    {
        foreach (var service in model.Services) output.WriteYaml($"base/{service.Name}.yaml", ServiceObjects(service));
        output.WriteYaml($"base/{model.Gateway.Name}.yaml", GatewayObjects());
        output.Write("base/nginx.conf", NginxGateway.Configuration(
            GatewayPort.ToString(System.Globalization.CultureInfo.InvariantCulture), model.Gateway.Routes,
            model.Services.ToDictionary(s => $"services__{s.Name}__http__0", s => $"http://{s.Name}:{ServicePort}"), model.Gateway.Limits.BehindIngress));
        output.WriteYaml($"base/{DashboardName}.yaml", DashboardObjects());
        output.WriteYaml("base/default-deny.yaml", Object("networking.k8s.io/v1", "NetworkPolicy", "default-deny", new()
        {
            ["spec"] = new Map
            {
                ["podSelector"] = new Map { ["matchLabels"] = new Map { ["app.kubernetes.io/part-of"] = PartOf } },
                ["policyTypes"] = new[] { "Ingress", "Egress" },
            },
        }));
        output.WriteYaml("base/kustomization.yaml", Kustomization(
            ["default-deny.yaml", $"{DashboardName}.yaml", $"{model.Gateway.Name}.yaml", .. model.Services.Select(s => $"{s.Name}.yaml")], new()
            {
                ["configMapGenerator"] = new[] { new Map { ["name"] = model.Gateway.Name, ["files"] = new[] { "nginx.conf" } } },
            }));
        new LocalOverlay(model, output).Write();
        new ProductionOverlay(model, output).Write();
    }

    public static Map Kustomization(IEnumerable<string> resources, Map? rest = null) => new Map
    {
        ["apiVersion"] = "kustomize.config.k8s.io/v1beta1", ["kind"] = "Kustomization", ["resources"] = resources.ToArray(),
    }.With(rest ?? []);

    public static Map Namespace() => new()
    {
        ["apiVersion"] = "v1", ["kind"] = "Namespace",
        ["metadata"] = new Map { ["name"] = PartOf, ["labels"] = new Map { ["pod-security.kubernetes.io/enforce"] = "restricted" } },
    };

    private Map[] ServiceObjects(Service service)
    {
        var callers = model.Services.Where(s => s.Services.Contains(service.Name)).Select(s => s.Name);
        if (model.Gateway.Routes.Any(r => r.Service.Name == service.Name)) callers = callers.Prepend(model.Gateway.Name);
        return
        [
            ServiceAccount(service.Name),
            Service(service.Name, ("http", ServicePort)),
            Deployment(service.Name, service.Image + ":" + DeploymentModel.ImageTag, AppUser, new()
            {
                ["env"] = Variables(service),
                ["ports"] = new[] { new Map { ["name"] = "http", ["containerPort"] = ServicePort } },
                // /alive asks nobody: a database that is away must not restart services. /health does, and takes the pod out of the balance.
                ["startupProbe"] = HttpProbe("/alive", ServicePort, 1, 60),
                ["livenessProbe"] = HttpProbe("/alive", ServicePort, 10, 3),
                ["readinessProbe"] = HttpProbe("/health", ServicePort, 2, 2),
                ["resources"] = Resources("250m", "256Mi", "2", "512Mi"),
                ["volumeMounts"] = new[] { Mount("tmp", "/tmp") },
            }, [Scratch("tmp")]),
            Autoscaler(service.Name, 2, 10),
            DisruptionBudget(service.Name),
            NetworkPolicy(service.Name, Selector(service.Name), [From(callers, ServicePort)],
                [ToNames(), To(DashboardName, OtlpPort), .. service.Services.Select(s => To(s, ServicePort))]),
        ];
    }

    private static List<Map> Variables(Service service)
    {
        var values = new Values(name => name, _ => ServicePort, p => $"$({DeploymentModel.VariableOf(p.Name)})");
        List<Map> variables =
        [
            .. TelemetryVariables,
            Variable("OTEL_SERVICE_NAME", service.Name),
            Variable("ASPNETCORE_HTTP_PORTS", ServicePort.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        ];
        if (service.HasProperties) variables.Add(FieldVariable("INSTANCE_ID", "metadata.name"));
        variables.AddRange(service.Services.Select(s => Variable($"services__{s}__http__0", $"http://{s}:{ServicePort}")));
        variables.AddRange(service.Environment.Select(v => v.Value is ParameterResource { Secret: true } secret
            ? SecretVariable(v.Key, secret.Name, Secrets.ServiceKey) : Variable(v.Key, values.Write(v.Value))));
        return variables;
    }

    private Map[] GatewayObjects()
    {
        var name = model.Gateway.Name;
        return
        [
            ServiceAccount(name),
            Service(name, ("http", GatewayPort)),
            Deployment(name, model.Gateway.Image, NginxUser, new()
            {
                // The image's own paths for the process's id and its temporary files are not writable for this user.
                ["command"] = new[] { "nginx", "-e", "stderr", "-g", "daemon off; pid /tmp/nginx.pid;" },
                ["ports"] = new[] { new Map { ["name"] = "http", ["containerPort"] = GatewayPort } },
                ["startupProbe"] = HttpProbe("/gateway/health", GatewayPort, 1, 60),
                ["livenessProbe"] = HttpProbe("/gateway/health", GatewayPort, 10, 3),
                ["readinessProbe"] = HttpProbe("/gateway/health", GatewayPort, 2, 2),
                ["resources"] = Resources("250m", "64Mi", "2", "256Mi"),
                ["volumeMounts"] = new[]
                {
                    Mount("configuration", "/etc/nginx/nginx.conf", "nginx.conf", readOnly: true), Mount("cache", "/var/cache/nginx"), Mount("tmp", "/tmp"),
                },
            },
            [
                new() { ["name"] = "configuration", ["configMap"] = new Map { ["name"] = name } }, Scratch("cache", size: "256Mi"), Scratch("tmp"),
            ]),
            Autoscaler(name, 2, 6),
            DisruptionBudget(name),
            // The door is open to all; who comes from outside the cluster is the ingress controller's affair.
            NetworkPolicy(name, Selector(name), [Peers("from", [], [GatewayPort])],
                [ToNames(), .. model.Gateway.Routes.Select(r => r.Service.Name).Distinct().Select(s => To(s, ServicePort))]),
            Ingress(),
        ];
    }

    private Map Ingress() => Object("networking.k8s.io/v1", "Ingress", model.Gateway.Name, new()
    {
        ["spec"] = new Map
        {
            ["rules"] = new[]
            {
                new Map
                {
                    ["http"] = new Map
                    {
                        ["paths"] = model.Gateway.Routes.Where(r => r.Access == GatewayAccess.Everybody).SelectMany(r => r.Paths).Select(path => new Map
                        {
                            ["path"] = path, ["pathType"] = "Prefix",
                            ["backend"] = new Map
                            {
                                ["service"] = new Map { ["name"] = model.Gateway.Name, ["port"] = new Map { ["number"] = GatewayPort } },
                            },
                        }).ToArray(),
                    },
                },
            },
        },
    });

    private static Map Deployment(string name, string image, int user, Map container, Map[] volumes) => Object("apps/v1", "Deployment", name, new()
    {
        // How many replicas there are is the autoscaler's: a number here would undo its work with each apply.
        ["spec"] = new Map
        {
            ["revisionHistoryLimit"] = 5,
            ["selector"] = Selector(name),
            ["strategy"] = new Map { ["type"] = "RollingUpdate", ["rollingUpdate"] = new Map { ["maxSurge"] = 1, ["maxUnavailable"] = 0 } },
            ["template"] = PodTemplate(name, user, new Map { ["name"] = name, ["image"] = image }.With(container).With(new()
            {
                // The pod leaves the balance before it stops taking requests. The kubelet's own pause: chiseled images have no shell to sleep in.
                ["lifecycle"] = new Map { ["preStop"] = new Map { ["sleep"] = new Map { ["seconds"] = 5 } } },
            }), volumes, new() { ["topologySpreadConstraints"] = TopologySpread(name) }),
        },
    });

    public static Map PodTemplate(string name, int user, Map container, Map[] volumes, Map? rest = null) => new()
    {
        ["metadata"] = new Map { ["labels"] = Labels(name) },
        ["spec"] = new Map
        {
            ["serviceAccountName"] = name,
            ["automountServiceAccountToken"] = false,
            ["enableServiceLinks"] = false,
            ["securityContext"] = PodSecurity(user),
            ["terminationGracePeriodSeconds"] = 60,
        }.With(rest ?? []).With(new()
        {
            ["containers"] = new[] { container.With(new() { ["securityContext"] = ContainerSecurity() }) }, ["volumes"] = volumes,
        }),
    };

    // Keeps what it is sent in memory, so there is one, and it is no Deployment.
    private Map[] DashboardObjects() =>
    [
        ServiceAccount(DashboardName),
        Service(DashboardName, ("http", DashboardPort), ("otlp-grpc", OtlpPort)),
        Object("apps/v1", "StatefulSet", DashboardName, new()
        {
            ["spec"] = new Map
            {
                ["serviceName"] = DashboardName,
                ["replicas"] = 1,
                ["selector"] = Selector(DashboardName),
                ["template"] = PodTemplate(DashboardName, AppUser, new()
                {
                    ["name"] = DashboardName,
                    ["image"] = DeploymentModel.DashboardImage,
                    ["env"] = new[]
                    {
                        Variable("HOME", "/tmp"),
                        Variable("ASPNETCORE_URLS", $"http://+:{DashboardPort}"),
                        Variable("ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL", $"http://+:{OtlpPort}"),
                        Variable("Dashboard__Frontend__AuthMode", "BrowserToken"),
                        SecretVariable("Dashboard__Frontend__BrowserToken", DashboardName, "browser-token"),
                        Variable("Dashboard__Otlp__AuthMode", "ApiKey"),
                        SecretVariable("Dashboard__Otlp__PrimaryApiKey", DashboardName, "otlp-api-key"),
                    },
                    ["ports"] = new[]
                    {
                        new Map { ["name"] = "http", ["containerPort"] = DashboardPort }, new Map { ["name"] = "otlp-grpc", ["containerPort"] = OtlpPort },
                    },
                    ["startupProbe"] = TcpProbe(DashboardPort, 2, 60),
                    ["livenessProbe"] = TcpProbe(DashboardPort, 10, 3),
                    ["readinessProbe"] = TcpProbe(OtlpPort, 5, 3),
                    ["resources"] = Resources("100m", "256Mi", "1", "1Gi"),
                    ["volumeMounts"] = new[] { Mount("tmp", "/tmp") },
                }, [Scratch("tmp")]),
            },
        }),
        // Its pages come through `kubectl port-forward`, which needs no rule here.
        NetworkPolicy(DashboardName, Selector(DashboardName), [From(model.Services.Select(s => s.Name), OtlpPort)], [ToNames()]),
    ];
}
