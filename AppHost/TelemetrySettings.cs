namespace AppHost;

internal static class TelemetrySettings
{
    private const string Sampler = "OTEL_TRACES_SAMPLER";

    /// <summary>Replaces Aspire's always_on, which also records work outside a request's trace, such as the commands of a health check.</summary>
    private const string DefaultSampler = "parentbased_always_on";

    private static readonly string[] Variables = [Sampler, "OTEL_TRACES_SAMPLER_ARG", "OTEL_METRIC_EXPORT_INTERVAL"];

    /// <summary>
    /// Passes the AppHost's telemetry settings on to all projects. By default every trace is recorded in development and metrics are sent every second, which
    /// costs more than the requests themselves. Under load, set <c>OTEL_TRACES_SAMPLER=parentbased_traceidratio</c>, <c>OTEL_TRACES_SAMPLER_ARG=0.01</c> and
    /// <c>OTEL_METRIC_EXPORT_INTERVAL=10000</c> (milliseconds).
    /// </summary>
    public static void ForwardTelemetrySettings(this IDistributedApplicationBuilder builder)
    {
        if (builder.ExecutionContext.IsPublishMode) return; // deployments have their own settings
        foreach (var project in builder.Resources.OfType<ProjectResource>().ToList().Select(builder.CreateResourceBuilder))
        {
            project.WithEnvironment(Sampler, DefaultSampler);
            foreach (var variable in Variables)
                if (builder.Configuration[variable] is { Length: > 0 } value) project.WithEnvironment(variable, value);
        }
    }
}
