namespace AppHost.Deployment.Kubernetes;

/// <summary>A secret and its keys. The key <c>keyfile</c> is long, as MongoDB requires.</summary>
internal sealed record Secret(string Name, params string[] Keys);
