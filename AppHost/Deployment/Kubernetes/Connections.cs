using k8s.Models;
using static AppHost.Deployment.Kubernetes.Objects;

namespace AppHost.Deployment.Kubernetes;

/// <summary>Parts that an overlay adds to a service that uses a store.</summary>
internal static class Connections
{
    /// <summary>Adds variables to the service's container, and the certificates of the authorities that its stores use.</summary>
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

    /// <summary>Gets the folder in the container that holds an authority's certificate, <c>ca.crt</c>.</summary>
    public static string FolderOf(string authority) => $"/etc/shop/{authority}";

    private static T[]? OrNull<T>(IEnumerable<T> items) => items.Any() ? [.. items] : null;

    /// <summary>Lets the service reach its stores, in addition to what the base allows.</summary>
    public static V1NetworkPolicy Egress(Service service, IEnumerable<V1NetworkPolicyEgressRule> rules) => new()
    {
        Metadata = Named($"{service.Name}-stores"),
        Spec = new() { PodSelector = Selector(service.Name), PolicyTypes = ["Egress"], Egress = [.. rules] },
    };
}
