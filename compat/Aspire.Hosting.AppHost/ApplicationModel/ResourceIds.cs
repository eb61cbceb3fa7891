namespace Aspire.Hosting.ApplicationModel;

/// <summary>The ids of a resource's instances: what the orchestrator and the dashboard call them.</summary>
internal sealed record ResourceIdsAnnotation(IReadOnlyList<string> Ids) : IResourceAnnotation;

internal static class ResourceIds
{
    /// <summary>Names the instances, one id each. To be called once, before the first state or log line is published: both are filed under the id.</summary>
    /// <exception cref="ArgumentException">There are no ids.</exception>
    /// <exception cref="InvalidOperationException">The resource has ids already.</exception>
    public static void SetResourceIds(this IResource resource, IReadOnlyList<string> ids)
    {
        if (ids.Count == 0) throw new ArgumentException("A resource has at least one instance.", nameof(ids));
        if (resource.AnnotationsOf<ResourceIdsAnnotation>().Any()) throw new InvalidOperationException($"Resource '{resource.Name}' has ids already.");
        resource.Annotations.Add(new ResourceIdsAnnotation(ids));
    }

    /// <summary>The ids of the instances; the resource's name where the orchestrator gave none, as with parameters and databases.</summary>
    public static IReadOnlyList<string> GetResourceIds(this IResource resource)
        => resource.AnnotationsOf<ResourceIdsAnnotation>().FirstOrDefault()?.Ids ?? [resource.Name];

    /// <summary>The annotations of a type. Unlike an enumerator of the collection it bears annotations added meanwhile: states are published from many
    /// threads.</summary>
    public static IEnumerable<T> AnnotationsOf<T>(this IResource resource) where T : IResourceAnnotation
    {
        for (var i = 0; i < resource.Annotations.Count; i++)
            if (resource.Annotations[i] is T annotation) yield return annotation;
    }
}
