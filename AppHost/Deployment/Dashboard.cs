namespace AppHost.Deployment;

/// <summary>Aspire's dashboard as a container, and the settings of services that send it telemetry; the same in Compose and in Kubernetes.</summary>
internal static class Dashboard
{
    public const string Name = "dashboard", Image = "mcr.microsoft.com/dotnet/aspire-dashboard:13.5";

    /// <summary>The ports for telemetry (gRPC) and for the dashboard's pages.</summary>
    public const int OtlpPort = 18889, Port = 18888;

    /// <summary>The dashboard's environment, without the secrets <see cref="TokenVariable"/> and <see cref="KeyVariable"/>.</summary>
    public static readonly IReadOnlyDictionary<string, string> Variables = new Dictionary<string, string>
    {
        ["HOME"] = "/tmp",
        ["ASPNETCORE_URLS"] = $"http://+:{Port}",
        ["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = $"http://+:{OtlpPort}",
        ["Dashboard__Frontend__AuthMode"] = "BrowserToken",
        ["Dashboard__Otlp__AuthMode"] = "ApiKey",
    };

    public const string TokenVariable = "Dashboard__Frontend__BrowserToken", KeyVariable = "Dashboard__Otlp__PrimaryApiKey";

    /// <summary>Gets the environment of a service that sends telemetry to the dashboard.</summary>
    /// <param name="key">The dashboard's API key, or a placeholder for it.</param>
    public static Dictionary<string, string> TelemetryOf(Service service, string key) => new()
    {
        ["OTEL_SERVICE_NAME"] = service.Name,
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://{Name}:{OtlpPort}",
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc",
        ["OTEL_EXPORTER_OTLP_HEADERS"] = $"x-otlp-api-key={key}",
        ["OTEL_TRACES_SAMPLER"] = "parentbased_traceidratio",
        ["OTEL_TRACES_SAMPLER_ARG"] = "0.01",
    };
}
