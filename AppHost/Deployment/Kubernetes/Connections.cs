using k8s.Models;
using static AppHost.Deployment.Kubernetes.Objects;

namespace AppHost.Deployment.Kubernetes;

/// <summary>The parts that an overlay adds to a service with a store.</summary>
internal static class Connections
{
    /// <summary>Adds variables to the service's container, and the certificates of its stores' authorities.</summary>
    public static V1Deployment Patch(string service, IEnumerable<V1EnvVar> variables, params IEnumerable<string> authorities) => new()
    {
        Metadata = new() { Name = service },
        Spec = new()
        {
            Template = new()
            {
                Spec = new()
                {
                    Containers =
                    [
                        new() { Name = service, Env = [.. variables], VolumeMounts = OrNull(authorities.Select(a => ReadOnly(a, FolderOf(a)))) },
                    ],
                    Volumes = OrNull(authorities.Select(Authority)),
                },
            },
        },
    };

    /// <summary>The folder where a container finds the certificate of an authority, <c>ca.crt</c>.</summary>
    public static string FolderOf(string authority) => $"/etc/shop/{authority}";

    private static T[]? OrNull<T>(IEnumerable<T> items) => items.Any() ? [.. items] : null;

    /// <summary>Lets the service reach its stores, beside what the base lets it reach.</summary>
    public static V1NetworkPolicy Egress(Service service, IEnumerable<V1NetworkPolicyEgressRule> rules) => new()
    {
        Metadata = Named($"{service.Name}-stores"),
        Spec = new() { PodSelector = Selector(service.Name), PolicyTypes = ["Egress"], Egress = [.. rules] },
    };
}
