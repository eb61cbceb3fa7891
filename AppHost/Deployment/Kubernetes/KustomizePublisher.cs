using System.Globalization;
using k8s;
using k8s.Models;
using static AppHost.Deployment.Kubernetes.Objects;

namespace AppHost.Deployment.Kubernetes;

/// <summary>
/// Writes a base (services, gateway, dashboard, rules), two overlays (<c>local</c> runs its own databases, in <c>production</c> operators run them), and
/// components that an overlay may add. There is no Job for the schema: each service creates its own at startup, under a database lock
/// (<c>ServiceKit/Postgres/DatabaseSchema.cs</c>).
/// </summary>
internal sealed class KustomizePublisher(DeploymentModel model, OutputFolder output)
{
    private const int GatewayPort = 8000, NginxUser = 101;

    public void Write()
    {
        foreach (var service in model.Services) output.WriteYaml($"base/{service.Name}.yaml", ServiceObjects(service));
        output.WriteYaml($"base/{model.Gateway.Name}.yaml", GatewayObjects());
        output.Write("base/nginx.conf", NginxGateway.Configuration(GatewayPort.ToString(CultureInfo.InvariantCulture), model.Gateway.Routes,
            model.Services.ToDictionary(s => $"services__{s.Name}__http__0", s => $"http://{s.Name}:{ServicePort}"), model.Gateway.Limits.BehindIngress,
            model.Gateway.Cors));
        output.WriteYaml($"base/{Dashboard.Name}.yaml", DashboardObjects());
        output.WriteYaml("base/default-deny.yaml", new V1NetworkPolicy
        {
            Metadata = Named("default-deny"),
            Spec = new() { PodSelector = All, PolicyTypes = ["Ingress", "Egress"] },
        });
        output.WriteYaml("base/kustomization.yaml", Kustomization(
            ["default-deny.yaml", $"{Dashboard.Name}.yaml", $"{model.Gateway.Name}.yaml", .. model.Services.Select(s => $"{s.Name}.yaml")], new()
            {
                ["configMapGenerator"] = new[] { new Map { ["name"] = model.Gateway.Name, ["files"] = new[] { "nginx.conf" } } },
                ["images"] = Images(model.Services.Select(ImageOf).Prepend(Dashboard.Image).Prepend(model.Gateway.Image)),
            }));
        output.Write("push.sh", OutputFolder.Read("push.sh", ("IMAGES", string.Join(' ', model.Services.Select(s => $"{s.Image}:{s.Project}")))));
        new LocalOverlay(model, output).Write();
        new ProductionOverlay(model, output).Write();
        new Components(model, output).Write();
    }

    public static Map Kustomization(IEnumerable<string> resources, Map? rest = null) => new Map
    {
        ["apiVersion"] = "kustomize.config.k8s.io/v1beta1", ["kind"] = "Kustomization", ["resources"] = resources.ToArray(),
    }.With(rest ?? []);

    /// <summary>Sets image tags; an overlay on top of this one sets others, or digests.</summary>
    public static Map[] Images(IEnumerable<string> images)
        => [.. images.Distinct().Select(i => new Map { ["name"] = Untagged(i), ["newTag"] = i[(Untagged(i).Length + 1)..] })];

    private static string ImageOf(Service service) => $"{service.Image}:{DeploymentModel.ImageTag}";

    private IKubernetesObject[] ServiceObjects(Service service)
    {
        var callers = model.Services.Where(s => s.Services.Contains(service.Name)).Select(s => s.Name);
        if (model.Gateway.Routes.Any(r => r.Service.Name == service.Name)) callers = callers.Prepend(model.Gateway.Name);
        return
        [
            ServiceAccount(service.Name),
            Service(service.Name, ("http", ServicePort)),
            // /alive checks no dependency, so a database outage does not restart services. /health does, and takes the pod out of load balancing.
            Deployment(service.Name, AppUser, Http("/alive", ServicePort), Http("/health", ServicePort), new()
            {
                Image = service.Image,
                Env = [.. Variables(service)],
                Ports = [Port("http", ServicePort)],
                Resources = Resources("250m", "256Mi", "2", "512Mi"),
                VolumeMounts = [Mount("tmp", "/tmp")],
            }, Scratch("tmp")),
            Autoscaler(service.Name, 2, 10),
            DisruptionBudget(service.Name, Selector(service.Name)),
            NetworkPolicy(service.Name, Selector(service.Name), [From(callers, ServicePort)],
                [ToNames(), To(Dashboard.Name, Dashboard.OtlpPort), .. service.Services.Select(s => To(s, ServicePort))]),
        ];
    }

    // A variable can only refer to those defined before it.
    private static IEnumerable<V1EnvVar> Variables(Service service)
    {
        var values = new Values(name => name, _ => ServicePort, p => $"$({DeploymentModel.VariableOf(p.Name)})");
        return
        [
            FieldVariable("POD_NAME", "metadata.name"),
            SecretVariable("OTLP_API_KEY", Dashboard.Name, "otlp-api-key"),
            Variable("OTEL_RESOURCE_ATTRIBUTES", "service.instance.id=$(POD_NAME)"),
            .. Dashboard.TelemetryOf(service, "$(OTLP_API_KEY)").Select(v => Variable(v.Key, v.Value)),
            Variable("ASPNETCORE_HTTP_PORTS", ServicePort.ToString(CultureInfo.InvariantCulture)),
            .. service.HasProperties ? [FieldVariable("INSTANCE_ID", "metadata.name")] : Array.Empty<V1EnvVar>(),
            .. service.Services.Select(s => Variable($"services__{s}__http__0", $"http://{s}:{ServicePort}")),
            .. service.Environment.Select(v => v.Value is ParameterResource { Secret: true } secret
                ? SecretVariable(v.Key, secret.Name, Secrets.ServiceKey) : Variable(v.Key, values.Write(v.Value))),
        ];
    }

    private IKubernetesObject[] GatewayObjects()
    {
        var name = model.Gateway.Name;
        return
        [
            ServiceAccount(name),
            Service(name, ("http", GatewayPort)),
            Deployment(name, NginxUser, Http("/gateway/health", GatewayPort), Http("/gateway/health", GatewayPort), new()
            {
                Image = Untagged(model.Gateway.Image),
                // This user cannot write to the image's default paths for the PID file and temporary files.
                Command = ["nginx", "-e", "stderr", "-g", "daemon off; pid /tmp/nginx.pid;"],
                Ports = [Port("http", GatewayPort)],
                Resources = Resources("250m", "64Mi", "2", "256Mi"),
                VolumeMounts = [ReadOnly("configuration", "/etc/nginx/nginx.conf", "nginx.conf"), Mount("cache", "/var/cache/nginx"), Mount("tmp", "/tmp")],
            }, ConfigMap("configuration", name), Scratch("cache", "256Mi"), Scratch("tmp")),
            Autoscaler(name, 2, 6),
            DisruptionBudget(name, Selector(name)),
            // The gateway accepts all sources; the ingress controller decides about clients from outside the cluster.
            NetworkPolicy(name, Selector(name), [From(peers: null, GatewayPort)],
                [ToNames(), .. model.Gateway.Routes.Select(r => r.Service.Name).Distinct().Select(s => To(s, ServicePort))]),
            Ingress(name),
        ];
    }

    // The gateway decides about all paths. Controllers based on nginx reject bodies above 1 MiB unless told otherwise; others accept any size.
    private V1Ingress Ingress(string name)
    {
        var metadata = Named(name);
        var body = $"{model.Gateway.Routes.Max(r => r.BodyMegabytesMax)}m";
        metadata.Annotations = new Dictionary<string, string>
        {
            ["nginx.ingress.kubernetes.io/proxy-body-size"] = body, ["nginx.org/client-max-body-size"] = body,
        };
        var backend = new V1IngressBackend { Service = new() { Name = name, Port = new() { Number = GatewayPort } } };
        return new()
        {
            Metadata = metadata,
            Spec = new() { Rules = [new() { Http = new() { Paths = [new() { Path = "/", PathType = "Prefix", Backend = backend }] } }] },
        };
    }

    // The autoscaler sets the number of replicas; a number here would undo its work with each apply.
    private static V1Deployment Deployment(string name, int user, V1Probe alive, V1Probe ready, V1Container container, params V1Volume[] volumes)
    {
        Probe(container, alive, ready);
        // The pod leaves load balancing before it stops accepting requests. The kubelet does the waiting, because chiseled images have no shell to sleep in.
        container.Lifecycle = new() { PreStop = new() { Sleep = new() { Seconds = 5 } } };
        return new()
        {
            Metadata = Named(name),
            Spec = new()
            {
                RevisionHistoryLimit = 5,
                Selector = Selector(name),
                Strategy = new() { Type = "RollingUpdate", RollingUpdate = new() { MaxSurge = 1, MaxUnavailable = 0 } },
                Template = Pod(name, user, container, volumes),
            },
        };
    }

    private IKubernetesObject[] DashboardObjects()
    {
        var name = Dashboard.Name;
        var dashboard = Deployment(name, AppUser, Tcp(Dashboard.Port), Tcp(Dashboard.OtlpPort), new()
        {
            Image = Untagged(Dashboard.Image),
            Env =
            [
                .. Dashboard.Variables.Select(v => Variable(v.Key, v.Value)),
                SecretVariable(Dashboard.TokenVariable, name, "browser-token"), SecretVariable(Dashboard.KeyVariable, name, "otlp-api-key"),
            ],
            Ports = [Port("http", Dashboard.Port), Port("otlp-grpc", Dashboard.OtlpPort)],
            Resources = Resources("100m", "256Mi", "1", "1Gi"),
            VolumeMounts = [Mount("tmp", "/tmp")],
        }, Scratch("tmp"));
        // The dashboard keeps its data in memory, so each of two replicas would have only a part.
        (dashboard.Spec.Replicas, dashboard.Spec.Strategy) = (1, new() { Type = "Recreate" });
        return
        [
            ServiceAccount(name),
            Service(name, ("http", Dashboard.Port), ("otlp-grpc", Dashboard.OtlpPort)),
            dashboard,
            // Its pages are reached through `kubectl port-forward`, which needs no rule here.
            NetworkPolicy(name, Selector(name), [From(model.Services.Select(s => s.Name), Dashboard.OtlpPort)], [ToNames()]),
        ];
    }
}
