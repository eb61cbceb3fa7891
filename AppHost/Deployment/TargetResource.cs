using Aspire.Hosting.Pipelines;

namespace AppHost.Deployment;

/// <summary>A deployment target: a resource with a pipeline step that writes files.</summary>
internal sealed class TargetResource(string name) : Resource(name);
