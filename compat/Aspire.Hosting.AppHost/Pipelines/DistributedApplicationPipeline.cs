using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aspire.Hosting.Pipelines;

internal sealed class DistributedApplicationPipeline : IDistributedApplicationPipeline
{
    private readonly List<PipelineStep> _steps = [];

    public void AddStep(PipelineStep step) => _steps.Add(step);

    public async Task ExecuteAsync(PipelineContext context)
    {
        var target = context.Services.GetRequiredService<IOptions<PipelineOptions>>().Value.Step ?? WellKnownPipelineSteps.Publish;
        foreach (var step in Order(await CollectAsync(context), target))
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            if (context.Logger.IsEnabled(LogLevel.Information)) context.Logger.LogInformation("{Step}", step.Name);
            await step.Action(new PipelineStepContext { PipelineContext = context });
        }
    }

    private async Task<List<PipelineStep>> CollectAsync(PipelineContext context)
    {
        List<PipelineStep> steps =
        [
            new() { Name = WellKnownPipelineSteps.PublishPrereq, Action = _ => Task.CompletedTask, RequiredBySteps = [WellKnownPipelineSteps.Publish] },
            new() { Name = WellKnownPipelineSteps.Publish, Action = _ => Task.CompletedTask },
            .. _steps,
        ];
        foreach (var resource in context.Model.Resources)
            foreach (var annotation in resource.Annotations.OfType<PipelineStepAnnotation>())
                foreach (var step in await annotation.CreateStepsAsync(new() { PipelineContext = context, Resource = resource }))
                {
                    step.Resource ??= resource;
                    steps.Add(step);
                }
        return steps;
    }

    /// <summary>The target and what it needs, each after all that it depends on.</summary>
    internal static List<PipelineStep> Order(IReadOnlyList<PipelineStep> steps, string target)
    {
        var byName = new Dictionary<string, PipelineStep>(StringComparer.Ordinal);
        foreach (var step in steps)
            if (!byName.TryAdd(step.Name, step)) throw new DistributedApplicationException($"Two steps of the pipeline are named '{step.Name}'.");
        PipelineStep Find(string name) => byName.TryGetValue(name, out var step) ? step
            : throw new DistributedApplicationException($"The pipeline has no step '{name}'; it has: {string.Join(", ", steps.Select(s => s.Name))}.");

        var needs = steps.ToDictionary(s => s, s => s.DependsOnSteps.Select(Find).ToList());
        foreach (var step in steps)
            foreach (var later in step.RequiredBySteps) needs[Find(later)].Add(step);

        List<PipelineStep> ordered = [];
        HashSet<PipelineStep> entered = [], done = [];
        void Visit(PipelineStep step)
        {
            if (done.Contains(step)) return;
            if (!entered.Add(step)) throw new DistributedApplicationException($"The pipeline's step '{step.Name}' needs itself.");
            foreach (var earlier in needs[step]) Visit(earlier);
            done.Add(step);
            ordered.Add(step);
        }

        Visit(Find(target));
        return ordered;
    }
}

internal sealed class PipelineOutputService(IOptions<PipelineOptions> options) : IPipelineOutputService
{
    public string GetOutputDirectory() => Path.GetFullPath(options.Value.OutputPath ?? "aspire-output");

    public string GetOutputDirectory(IResource resource) => Path.Combine(GetOutputDirectory(), resource.Name);
}
