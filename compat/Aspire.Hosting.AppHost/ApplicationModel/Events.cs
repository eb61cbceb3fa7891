using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>The application is about to start; resources may still be added.</summary>
public class BeforeStartEvent(IServiceProvider services, DistributedApplicationModel model) : IDistributedApplicationEvent
{
    /// <summary>The host's services.</summary>
    public IServiceProvider Services { get; } = services;

    /// <summary>The application.</summary>
    public DistributedApplicationModel Model { get; } = model;
}

/// <summary>All resources were created; they may still be starting.</summary>
public class AfterResourcesCreatedEvent(IServiceProvider services, DistributedApplicationModel model) : IDistributedApplicationEvent
{
    /// <summary>The host's services.</summary>
    public IServiceProvider Services { get; } = services;

    /// <summary>The application.</summary>
    public DistributedApplicationModel Model { get; } = model;
}

/// <summary>A resource is initialised: those that the orchestrator does not run itself begin their life here.</summary>
public class InitializeResourceEvent(IResource resource, IDistributedApplicationEventing distributedApplicationEventing,
    ResourceLoggerService resourceLoggerService,
    ResourceNotificationService resourceNotificationService, IServiceProvider services) : IDistributedApplicationResourceEvent
{
    /// <inheritdoc/>
    public IResource Resource { get; } = resource;

    /// <summary>To publish further events.</summary>
    public IDistributedApplicationEventing Eventing { get; } = distributedApplicationEventing;

    /// <summary>The resource's log.</summary>
    public ILogger Logger { get; } = resourceLoggerService.GetLogger(resource);

    /// <summary>To publish the resource's state.</summary>
    public ResourceNotificationService Notifications { get; } = resourceNotificationService;

    /// <summary>The host's services.</summary>
    public IServiceProvider Services { get; } = services;
}

/// <summary>It is known where the resource's endpoints are reached.</summary>
public class ResourceEndpointsAllocatedEvent(IResource resource, IServiceProvider services) : IDistributedApplicationResourceEvent
{
    /// <inheritdoc/>
    public IResource Resource { get; } = resource;

    /// <summary>The host's services.</summary>
    public IServiceProvider Services { get; } = services;
}

/// <summary>The resource's connection string is known; the resource itself may not run yet.</summary>
public class ConnectionStringAvailableEvent(IResource resource, IServiceProvider services) : IDistributedApplicationResourceEvent
{
    /// <inheritdoc/>
    public IResource Resource { get; } = resource;

    /// <summary>The host's services.</summary>
    public IServiceProvider Services { get; } = services;
}

/// <summary>The resource starts now: everything that it waited for is there.</summary>
public class BeforeResourceStartedEvent(IResource resource, IServiceProvider services) : IDistributedApplicationResourceEvent
{
    /// <inheritdoc/>
    public IResource Resource { get; } = resource;

    /// <summary>The host's services.</summary>
    public IServiceProvider Services { get; } = services;
}

/// <summary>The resource is running and healthy for the first time since its start.</summary>
public class ResourceReadyEvent(IResource resource, IServiceProvider services) : IDistributedApplicationResourceEvent
{
    /// <inheritdoc/>
    public IResource Resource { get; } = resource;

    /// <summary>The host's services.</summary>
    public IServiceProvider Services { get; } = services;
}

/// <summary>The resource stopped, by itself or by a command.</summary>
public class ResourceStoppedEvent(IResource resource, IServiceProvider services, ResourceEvent resourceEvent) : IDistributedApplicationResourceEvent
{
    /// <inheritdoc/>
    public IResource Resource { get; } = resource;

    /// <summary>The host's services.</summary>
    public IServiceProvider Services { get; } = services;

    /// <summary>Its last state.</summary>
    public ResourceEvent ResourceEvent { get; } = resourceEvent;
}
