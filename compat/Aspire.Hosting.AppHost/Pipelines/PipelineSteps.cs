using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Pipelines;

/// <summary>The names of steps that others hang theirs on.</summary>
public static class WellKnownPipelineSteps
{
    /// <summary>Writes all files of a deployment; steps that write some are required by it.</summary>
    public const string Publish = "publish";

    /// <summary>What must be done before anything is published.</summary>
    public const string PublishPrereq = "publish-prereq";
}

/// <summary>A piece of work on the way to a deployment.</summary>
public class PipelineStep
{
    /// <summary>The name, unique in the pipeline.</summary>
    public required string Name { get; init; }

    /// <summary>The work.</summary>
    public required Func<PipelineStepContext, Task> Action { get; init; }

    /// <summary>What it is for.</summary>
    public string? Description { get; init; }

    /// <summary>The steps that must be done before this one.</summary>
    public List<string> DependsOnSteps { get; init; } = [];

    /// <summary>The steps that this one must be done before.</summary>
    public List<string> RequiredBySteps { get; init; } = [];

    /// <summary>The resource that the step came from; null for one of the application.</summary>
    public IResource? Resource { get; set; }

    /// <summary>Does this step after the named one.</summary>
    public void DependsOn(string stepName) => DependsOnSteps.Add(stepName);

    /// <summary>Does this step before the named one.</summary>
    public void RequiredBy(string stepName) => RequiredBySteps.Add(stepName);
}

/// <summary>Adds steps for a resource.</summary>
public class PipelineStepAnnotation : IResourceAnnotation
{
    private readonly Func<PipelineStepFactoryContext, Task<IEnumerable<PipelineStep>>> _factory;

    /// <summary>Adds one step.</summary>
    public PipelineStepAnnotation(Func<PipelineStepFactoryContext, PipelineStep> factory)
        => _factory = context => Task.FromResult<IEnumerable<PipelineStep>>([factory(context)]);

    /// <summary>Adds steps.</summary>
    public PipelineStepAnnotation(Func<PipelineStepFactoryContext, IEnumerable<PipelineStep>> factory)
        => _factory = context => Task.FromResult(factory(context));

    /// <summary>Makes the steps.</summary>
    public Task<IEnumerable<PipelineStep>> CreateStepsAsync(PipelineStepFactoryContext context) => _factory(context);
}

/// <summary>What a factory of steps sees.</summary>
public class PipelineStepFactoryContext
{
    /// <summary>The run.</summary>
    public required PipelineContext PipelineContext { get; init; }

    /// <summary>The resource with the annotation.</summary>
    public required IResource Resource { get; init; }
}

/// <summary>One run of the pipeline.</summary>
public sealed class PipelineContext(DistributedApplicationModel model, DistributedApplicationExecutionContext executionContext,
    IServiceProvider serviceProvider, ILogger logger, CancellationToken cancellationToken)
{
    /// <summary>All resources.</summary>
    public DistributedApplicationModel Model { get; } = model;

    /// <summary>Run or publish.</summary>
    public DistributedApplicationExecutionContext ExecutionContext { get; } = executionContext;

    /// <summary>The host's services.</summary>
    public IServiceProvider Services { get; } = serviceProvider;

    /// <summary>The pipeline's log.</summary>
    public ILogger Logger { get; } = logger;

    /// <summary>Cancelled when the user gives up.</summary>
    public CancellationToken CancellationToken { get; set; } = cancellationToken;
}

/// <summary>What a step sees.</summary>
public sealed class PipelineStepContext
{
    /// <summary>The run.</summary>
    public required PipelineContext PipelineContext { get; init; }

    /// <summary>All resources.</summary>
    public DistributedApplicationModel Model => PipelineContext.Model;

    /// <summary>Run or publish.</summary>
    public DistributedApplicationExecutionContext ExecutionContext => PipelineContext.ExecutionContext;

    /// <summary>The host's services.</summary>
    public IServiceProvider Services => PipelineContext.Services;

    /// <summary>The pipeline's log.</summary>
    public ILogger Logger => PipelineContext.Logger;

    /// <summary>Cancelled when the user gives up.</summary>
    public CancellationToken CancellationToken => PipelineContext.CancellationToken;
}

/// <summary>What the command line says about the pipeline; section <c>Pipeline</c> of the configuration.</summary>
public class PipelineOptions
{
    /// <summary>Where files go (<c>--output-path</c>); null for <c>aspire-output</c> in the current directory.</summary>
    public string? OutputPath { get; set; }

    /// <summary>The step to reach (<c>--step</c>), with all that it needs.</summary>
    public string? Step { get; set; }
}

/// <summary>Where steps put their files.</summary>
public interface IPipelineOutputService
{
    /// <summary>The folder of the whole application, absolute; it need not exist.</summary>
    string GetOutputDirectory();

    /// <summary>The folder of one resource, below that of the application.</summary>
    string GetOutputDirectory(IResource resource);
}

/// <summary>The steps of an application.</summary>
public interface IDistributedApplicationPipeline
{
    /// <summary>Adds a step that belongs to no resource.</summary>
    void AddStep(PipelineStep step);

    /// <summary>Does the step that the options name, and before it all that it needs, in an order that is the same each time.</summary>
    /// <exception cref="DistributedApplicationException">A step is not there, or there is no order.</exception>
    Task ExecuteAsync(PipelineContext context);
}
