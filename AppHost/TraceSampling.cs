namespace AppHost;

internal static class TraceSampling
{
    private static readonly string[] Variables = ["OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG"];

    /// <summary>
    /// Hands the sampler that the AppHost was started with on to all projects. Unless one is set, every trace is recorded in development, which costs more
    /// than the requests themselves: under load, set <c>OTEL_TRACES_SAMPLER=parentbased_traceidratio</c> and <c>OTEL_TRACES_SAMPLER_ARG=0.01</c>.
    /// </summary>
    public static void ForwardTraceSampling(this IDistributedApplicationBuilder builder)
    {
        foreach (var project in builder.Resources.OfType<ProjectResource>().ToList())
            foreach (var variable in Variables)
                if (builder.Configuration[variable] is { Length: > 0 } value) builder.CreateResourceBuilder(project).WithEnvironment(variable, value);
    }
}
