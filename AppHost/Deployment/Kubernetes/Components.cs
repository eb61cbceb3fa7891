using k8s.Models;
using static AppHost.Deployment.Kubernetes.Objects;

namespace AppHost.Deployment.Kubernetes;

/// <summary>Writes kustomize components: options that an operator adds to an overlay on top of <c>production</c> (docs/deployment.md).</summary>
internal sealed class Components(DeploymentModel model, OutputFolder output)
{
    public void Write()
    {
        Write("gateway-api", [OutputFolder.Read("http-route.yaml", ("NAME", model.Gateway.Name), ("HOST", ProductionOverlay.Host))],
            Patch("Ingress", $"$patch: delete\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: {model.Gateway.Name}\n"));
        var clusters = model.Stores.Where(s => s.Kind == StoreKind.Postgres).SelectMany(s => s.Databases).Select(ProductionOverlay.ClusterOf);
        Write("backup", [OutputFolder.Read("object-store.yaml"), .. clusters.Select(c => OutputFolder.Read("scheduled-backup.yaml", ("NAME", c)))],
            Patch("Cluster", "- op: add\n  path: /spec/plugins\n  value: [{name: barman-cloud.cloudnative-pg.io, isWALArchiver: true, " +
                "parameters: {barmanObjectName: backup}}]\n"));
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
