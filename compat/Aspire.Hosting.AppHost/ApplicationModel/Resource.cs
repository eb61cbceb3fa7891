using System.Collections.ObjectModel;
using System.Diagnostics.CodeAnalysis;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Something that is part of the application: a project, a program, a container, a parameter.</summary>
public interface IResource
{
    /// <summary>The name in the model: ASCII letters, digits and hyphens, at most 64 characters, unique without regard to case.</summary>
    string Name { get; }

    /// <summary>Everything else that is known about the resource.</summary>
    ResourceAnnotationCollection Annotations { get; }
}

/// <summary>A fact about a resource.</summary>
public interface IResourceAnnotation;

/// <summary>A resource that takes environment variables.</summary>
public interface IResourceWithEnvironment : IResource;

/// <summary>A resource that takes command line arguments.</summary>
public interface IResourceWithArgs : IResource;

/// <summary>A resource that listens somewhere.</summary>
public interface IResourceWithEndpoints : IResource;

/// <summary>A resource whose endpoints others find by its name.</summary>
public interface IResourceWithServiceDiscovery : IResourceWithEndpoints;

/// <summary>A resource that can wait for others before it starts.</summary>
public interface IResourceWithWaitSupport : IResource;

/// <summary>A resource whose health a platform can probe.</summary>
public interface IResourceWithProbes : IResource;

/// <summary>A resource that runs on a compute environment once deployed.</summary>
public interface IComputeResource : IResource;

/// <summary>A place that compute resources are deployed to.</summary>
public interface IComputeEnvironmentResource : IResource;

/// <summary>A resource without a life of its own: it neither starts nor stops.</summary>
public interface IResourceWithoutLifetime : IResource;

/// <summary>A resource that belongs to another one and is shown below it.</summary>
public interface IResourceWithParent : IResource
{
    /// <summary>The resource that this one belongs to.</summary>
    IResource Parent { get; }
}

/// <inheritdoc cref="IResourceWithParent"/>
public interface IResourceWithParent<out T> : IResourceWithParent where T : IResource
{
    /// <inheritdoc cref="IResourceWithParent.Parent"/>
    new T Parent { get; }

    IResource IResourceWithParent.Parent => Parent;
}

/// <summary>The base of all resources.</summary>
public abstract class Resource : IResource
{
    /// <summary>Names the resource.</summary>
    /// <exception cref="ArgumentException">The name breaks the rules of <see cref="IResource.Name"/>.</exception>
    protected Resource(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var valid = name.Length <= 64 && char.IsAsciiLetter(name[0]) && name[^1] != '-'
            && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') && !name.Contains("--", StringComparison.Ordinal);
        if (!valid)
            throw new ArgumentException($"Resource name '{name}' is invalid: a letter first, then ASCII letters, digits and single hyphens, at most 64 " +
                "characters, none of them a hyphen at the end.", nameof(name));
        Name = name;
    }

    /// <inheritdoc/>
    public virtual string Name { get; }

    /// <inheritdoc/>
    public virtual ResourceAnnotationCollection Annotations { get; } = [];
}

/// <summary>The facts about one resource.</summary>
public sealed class ResourceAnnotationCollection : Collection<IResourceAnnotation>;

/// <summary>What happens when an annotation of a type is set that is there already.</summary>
public enum ResourceAnnotationMutationBehavior
{
    /// <summary>Keep both.</summary>
    Append,

    /// <summary>Keep the new one.</summary>
    Replace,
}

/// <summary>Describes a resource step by step.</summary>
public interface IResourceBuilder<out T> where T : IResource
{
    /// <summary>The builder of the application that the resource is part of.</summary>
    IDistributedApplicationBuilder ApplicationBuilder { get; }

    /// <summary>The resource described.</summary>
    T Resource { get; }

    /// <summary>Adds an annotation made by its parameterless constructor.</summary>
    IResourceBuilder<T> WithAnnotation<TAnnotation>(ResourceAnnotationMutationBehavior behavior = ResourceAnnotationMutationBehavior.Append)
        where TAnnotation : IResourceAnnotation, new() => WithAnnotation(new TAnnotation(), behavior);

    /// <summary>Adds an annotation.</summary>
    IResourceBuilder<T> WithAnnotation<TAnnotation>(TAnnotation annotation,
        ResourceAnnotationMutationBehavior behavior = ResourceAnnotationMutationBehavior.Append)
        where TAnnotation : IResourceAnnotation;
}

/// <summary>All resources of an application, in the order they were added.</summary>
public interface IResourceCollection : IList<IResource>
{
    /// <summary>Finds a resource by its name, without regard to case.</summary>
    bool TryGetByName(string name, [NotNullWhen(true)] out IResource? resource);
}

/// <summary>The application as described.</summary>
public class DistributedApplicationModel
{
    /// <summary>Wraps the resources.</summary>
    public DistributedApplicationModel(IResourceCollection resources) => Resources = resources;

    /// <summary>Wraps the resources.</summary>
    public DistributedApplicationModel(IEnumerable<IResource> resources) => Resources = new ResourceCollection(resources);

    /// <summary>All resources.</summary>
    public IResourceCollection Resources { get; }
}

internal sealed class ResourceCollection : Collection<IResource>, IResourceCollection
{
    public ResourceCollection() { }

    public ResourceCollection(IEnumerable<IResource> resources)
    {
        foreach (var resource in resources) Add(resource);
    }

    public bool TryGetByName(string name, [NotNullWhen(true)] out IResource? resource)
        => (resource = this.FirstOrDefault(r => string.Equals(r.Name, name, StringComparison.OrdinalIgnoreCase))) is not null;
}
