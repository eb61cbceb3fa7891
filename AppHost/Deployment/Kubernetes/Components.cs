using k8s.Models;
using static AppHost.Deployment.Kubernetes.Objects;

namespace AppHost.Deployment.Kubernetes;

/// <summary>Writes kustomize components: options that an operator adds to an overlay on top of <c>production</c> (docs/deployment.md).</summary>
internal sealed class Components(DeploymentModel model, OutputFolder output)
{
    private const int ManagedRedisTlsPort = 6380;

    public void Write()
    {
        Write("gateway-api", [OutputFolder.Read("http-route.yaml", ("NAME", model.Gateway.Name), ("HOST", ProductionOverlay.Host))],
            Patch("Ingress", $"$patch: delete\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: {model.Gateway.Name}\n"));
        var clusters = model.Stores.Where(s => s.Kind == StoreKind.Postgres).SelectMany(s => s.Databases).Select(ProductionOverlay.ClusterOf);
        Write("backup", [OutputFolder.Read("object-store.yaml"), .. clusters.Select(c => OutputFolder.Read("scheduled-backup.yaml", ("NAME", c)))],
            Patch("Cluster", "- op: add\n  path: /spec/plugins\n  value: [{name: barman-cloud.cloudnative-pg.io, isWALArchiver: true, " +
                "parameters: {barmanObjectName: backup}}]\n"));
        foreach (var service in model.Services)
            if (service.Stores is [{ Store.Kind: StoreKind.Redis } connection]) WriteManaged(connection, service);
        // For OpenShift, for example, whose DNS server has its own namespace and port.
        Write("dns-anywhere",
        [
            new V1NetworkPolicy
            {
                Metadata = Named("dns-anywhere"),
                Spec = new() { PodSelector = All, PolicyTypes = ["Egress"], Egress = [new() { Ports = NamePorts(53, 5353) }] },
            },
        ]);
    }

    // A Redis elsewhere, instead of that of the overlay.
    private void WriteManaged(StoreConnection connection, Service service)
    {
        var (store, name) = (connection.Store, $"managed-{connection.Store.Name}");
        Write(name,
        [
            new V1NetworkPolicy
            {
                Metadata = Named(name),
                Spec = new() { PodSelector = Selector(service.Name), PolicyTypes = ["Egress"], Egress = [To(peers: null, store.Port, ManagedRedisTlsPort)] },
            },
        ],
        [
            .. new[] { "Certificate", "ConfigMap", "Issuer", "NetworkPolicy", "PodDisruptionBudget", "Service", "ServiceAccount", "StatefulSet" }.Select(kind =>
                Patch(kind, OutputFolder.Read("delete.yaml", ("KIND", kind)), $"{store.Name}(-.*)?|{service.Name}-stores")),
            Patch("Deployment", OutputFolder.Read("managed-redis-patch.yaml", ("SERVICE", service.Name), ("VARIABLE", $"ConnectionStrings__{connection.Name}"),
                ("SECRET", name), ("NAME", store.Name), ("PASSWORD", DeploymentModel.VariableOf(connection.Secret))), service.Name),
        ]);
    }

    private static Map Patch(string kind, string patch, string name) => new()
    {
        ["target"] = new Map { ["kind"] = kind, ["name"] = name }, ["patch"] = patch,
    };

    private static Map Patch(string kind, string patch) => new() { ["target"] = new Map { ["kind"] = kind }, ["patch"] = patch };

    private void Write(string name, object[] objects, params Map[] patches)
    {
        output.WriteYaml($"components/{name}/{name}.yaml", objects);
        output.WriteYaml($"components/{name}/kustomization.yaml", KustomizePublisher.Kustomization([$"{name}.yaml"],
            patches.Length == 0 ? [] : new() { ["patches"] = patches }).With(new()
            {
                ["apiVersion"] = "kustomize.config.k8s.io/v1alpha1", ["kind"] = "Component", ["namespace"] = PartOf,
            }));
    }
}
