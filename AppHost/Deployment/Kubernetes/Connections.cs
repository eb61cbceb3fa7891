using k8s.Models;
using static AppHost.Deployment.Kubernetes.Objects;

namespace AppHost.Deployment.Kubernetes;

/// <summary>What an overlay adds to a service that has a store.</summary>
internal static class Connections
{
    /// <summary>Adds variables to the service's container.</summary>
    public static V1Deployment Patch(string service, IList<V1EnvVar> variables) => new()
    {
        Metadata = new() { Name = service },
        Spec = new() { Template = new() { Spec = new() { Containers = [new() { Name = service, Env = variables }] } } },
    };

    /// <summary>Lets the service reach its stores, beside what the base lets it reach.</summary>
    public static V1NetworkPolicy Egress(Service service, IEnumerable<V1NetworkPolicyEgressRule> rules) => new()
    {
        Metadata = Named($"{service.Name}-stores"),
        Spec = new() { PodSelector = Selector(service.Name), PolicyTypes = ["Egress"], Egress = [.. rules] },
    };
}
