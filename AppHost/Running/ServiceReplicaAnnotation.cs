namespace AppHost;

/// <summary>Marks a replica with the name of its service.</summary>
internal sealed record ServiceReplicaAnnotation(string Service) : IResourceAnnotation;
