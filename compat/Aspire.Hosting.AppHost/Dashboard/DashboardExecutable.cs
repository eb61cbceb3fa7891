using System.Security.Cryptography;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orchestration;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Dashboard;

/// <summary>Where the dashboard is, and how to get in.</summary>
internal sealed record DashboardLogin(string Url, string Token, string OtlpUrl, string OtlpKey)
{
    /// <summary>Opens the dashboard without asking for the token.</summary>
    public string LoginUrl => $"{Url}/login?t={Uri.EscapeDataString(Token)}";
}

/// <summary>Describes the dashboard as a program of the application: it lists the others, but not itself.</summary>
internal static class DashboardExecutable
{
    public const string Name = "aspire-dashboard";

    public static (ExecutableResource Resource, DashboardLogin Login) Create(string program, DashboardServiceHost service, IConfiguration configuration)
    {
        var login = new DashboardLogin(
            Listen(configuration["ASPNETCORE_URLS"]), configuration["AppHost:BrowserToken"] is { Length: > 0 } token ? token : Secret(),
            Listen(configuration["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"]), Secret());
        var resource = new ExecutableResource(Name, program, Path.GetDirectoryName(program)!);
        resource.Annotations.Add(new ResourceSnapshotAnnotation(new CustomResourceSnapshot { ResourceType = "Executable", Properties = [], IsHidden = true }));
        resource.Annotations.Add(new CommandLineArgsCallbackAnnotation(args => args.Add("dashboard")));
        resource.Annotations.Add(new EnvironmentCallbackAnnotation(context =>
        {
            var variables = context.EnvironmentVariables;
            variables["ASPNETCORE_URLS"] = login.Url;
            variables["ASPNETCORE_ENVIRONMENT"] = "Production";
            variables["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = login.OtlpUrl;
            variables["ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"] = service.Uri.GetLeftPart(UriPartial.Authority);
            variables["DASHBOARD__RESOURCESERVICECLIENT__AUTHMODE"] = "ApiKey";
            variables["DASHBOARD__RESOURCESERVICECLIENT__APIKEY"] = service.ApiKey;
            variables["DASHBOARD__FRONTEND__AUTHMODE"] = "BrowserToken";
            variables["DASHBOARD__FRONTEND__BROWSERTOKEN"] = login.Token;
            variables["DASHBOARD__OTLP__AUTHMODE"] = "ApiKey";
            variables["DASHBOARD__OTLP__PRIMARYAPIKEY"] = login.OtlpKey;
            variables["DASHBOARD__API__AUTHMODE"] = "ApiKey";
            variables["DASHBOARD__API__PRIMARYAPIKEY"] = login.Token; // the telemetry query API opens to whom the pages open
        }));
        return (resource, login);
    }

    /// <summary>The configured address while it is free, any other of loopback otherwise: a second checkout must be able to run beside the first.</summary>
    private static string Listen(string? configured)
    {
        var first = configured?.Split(';')[0];
        return Uri.TryCreate(first, UriKind.Absolute, out var uri) && uri.IsLoopback && uri.Port > 0 && Ports.TryTake(uri.Port)
            ? $"http://localhost:{uri.Port.ToString(System.Globalization.CultureInfo.InvariantCulture)}"
            : $"http://localhost:{Ports.Free().ToString(System.Globalization.CultureInfo.InvariantCulture)}";
    }

    private static string Secret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
}
