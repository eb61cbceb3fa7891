using static AppHost.Deployment.Kubernetes.Objects;

namespace AppHost.Deployment.Kubernetes;

/// <summary>What an overlay adds to a service that has a store.</summary>
internal static class Connections
{
    /// <summary>Adds variables to the service's container.</summary>
    public static Map Patch(string service, IReadOnlyList<Map> variables) => new()
    {
        ["apiVersion"] = "apps/v1",
        ["kind"] = "Deployment",
        ["metadata"] = new Map { ["name"] = service },
        ["spec"] = new Map
        {
            ["template"] = new Map
            {
                ["spec"] = new Map { ["containers"] = new[] { new Map { ["name"] = service, ["env"] = variables } } },
            },
        },
    };

    /// <summary>Lets the service reach its stores, beside what the base lets it reach.</summary>
    public static Map Egress(Service service, Map[] rules) => Object("networking.k8s.io/v1", "NetworkPolicy", $"{service.Name}-stores", new()
    {
        ["spec"] = new Map { ["podSelector"] = Selector(service.Name), ["policyTypes"] = new[] { "Egress" }, ["egress"] = rules },
    });
}
