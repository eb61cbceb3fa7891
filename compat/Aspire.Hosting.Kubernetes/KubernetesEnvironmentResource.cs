using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Kubernetes;

/// <summary>A Kubernetes cluster that the application is deployed to.</summary>
public class KubernetesEnvironmentResource(string name) : Resource(name), IComputeEnvironmentResource;
