using Aspire.Hosting;
using Aspire.Hosting.Pipelines;
using Microsoft.Extensions.Logging.Abstractions;

namespace Tests.Unit.Hosting;

[Trait("Category", "Unit")]
public sealed class PipelineTests
{
    [Fact]
    public void A_step_comes_after_all_that_it_needs_and_nothing_else_is_done()
    {
        PipelineStep[] steps = [Step("ship", "build"), Step("build"), Step("pack", requiredBy: "ship"), Step("other")];
        Assert.Equal(["build", "pack", "ship"], DistributedApplicationPipeline.Order(steps, "ship").Select(s => s.Name));
    }

    [Fact]
    public void A_pipeline_without_an_order_is_refused()
    {
        Assert.Contains("needs itself", Refused([Step("a", "b"), Step("b", "a")], "a"), StringComparison.Ordinal);
        Assert.Contains("no step 'b'", Refused([Step("a", "b")], "a"), StringComparison.Ordinal);
        Assert.Contains("Two steps", Refused([Step("a"), Step("a")], "a"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Steps_of_resources_run_when_publishing_and_nothing_is_started()
    {
        using var folder = new TempFolder();
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions
        {
            Args = ["--operation", "publish", "--step", "publish", "--output-path", folder.Path], ProjectDirectory = folder.Path,
        });
        List<string> ran = [];
        builder.AddContainer("server", "no/such-image").WithAnnotation(new PipelineStepAnnotation(context => new PipelineStep
        {
            Name = $"publish-{context.Resource.Name}", RequiredBySteps = [WellKnownPipelineSteps.Publish],
            Action = step =>
            {
                ran.Add($"{step.ExecutionContext.IsPublishMode}");
                return Task.CompletedTask;
            },
        }));

        await using var app = builder.Build();
        await app.RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["True"], ran);
    }

    [Fact]
    public void An_unknown_operation_is_refused() => Assert.Throws<DistributedApplicationException>(
        () => DistributedApplication.CreateBuilder(["--operation", "dance"]));

    private static string Refused(PipelineStep[] steps, string target)
        => Assert.Throws<DistributedApplicationException>(() => DistributedApplicationPipeline.Order(steps, target)).Message;

    private static PipelineStep Step(string name, string? dependsOn = null, string? requiredBy = null) => new()
    {
        Name = name, Action = _ => Task.CompletedTask,
        DependsOnSteps = dependsOn is null ? [] : [dependsOn], RequiredBySteps = requiredBy is null ? [] : [requiredBy],
    };
}
