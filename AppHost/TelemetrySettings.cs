namespace AppHost;

internal static class TelemetrySettings
{
    private const string Sampler = "OTEL_TRACES_SAMPLER";

    /// <summary>Not Aspire's always_on, which also records what a request without a trace does: the commands of a health check, for one.</summary>
    private const string DefaultSampler = "parentbased_always_on";

    private static readonly string[] Variables = [Sampler, "OTEL_TRACES_SAMPLER_ARG", "OTEL_METRIC_EXPORT_INTERVAL"];

    /// <summary>
    /// Hands the settings that the AppHost was started with on to all projects. Unless they are set, every trace is recorded in development and metrics are
    /// sent every second, which costs more than the requests themselves: under load, set <c>OTEL_TRACES_SAMPLER=parentbased_traceidratio</c>,
    /// <c>OTEL_TRACES_SAMPLER_ARG=0.01</c> and <c>OTEL_METRIC_EXPORT_INTERVAL=10000</c> (milliseconds).
    /// </summary>
    public static void ForwardTelemetrySettings(this IDistributedApplicationBuilder builder)
    {
        if (builder.ExecutionContext.IsPublishMode) return; // a deployment has settings of its own
        foreach (var project in builder.Resources.OfType<ProjectResource>().ToList().Select(builder.CreateResourceBuilder))
        {
            project.WithEnvironment(Sampler, DefaultSampler);
            foreach (var variable in Variables)
                if (builder.Configuration[variable] is { Length: > 0 } value) project.WithEnvironment(variable, value);
        }
    }
}
