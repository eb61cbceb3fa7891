using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace ServiceDefaults;

/// <summary>
/// The OpenAPI documents of a service: <c>/openapi/v1.json</c> for clients and <c>/openapi/internal.json</c> for other services; and in Development the page
/// <c>/scalar</c>. The page shows the documents of the configuration section <c>OpenApi:Documents</c> (name and path), or else this service's own.
/// </summary>
internal static class ApiDocuments
{
    private const string Public = "v1", Internal = "internal", Section = "OpenApi:Documents", Page = "/scalar";

    /// <summary>The part of the public path that the gateway has removed.</summary>
    private const string PrefixHeader = "X-Forwarded-Prefix";

    private const int PrefixLengthMax = 64;

    public static void AddApiDocuments(this IServiceCollection services)
    {
        foreach (var name in (string[])[Public, Internal])
            services.AddOpenApi(name, options => options
                .AddDocumentTransformer(static (document, _, _) => NameServer(document))
                .ShouldInclude = operation => IsInternal(operation.RelativePath) == (name == Internal));
    }

    public static void MapApiDocuments(this WebApplication app)
    {
        app.MapOpenApi().AddEndpointFilter(static (context, next) =>
        {
            // The document names the service's paths as the client sees them.
            var request = context.HttpContext.Request;
            if (request.Headers[PrefixHeader] is [{ Length: > 0 and <= PrefixLengthMax } prefix] && prefix[0] == '/') request.PathBase = prefix;
            return next(context);
        }).DisableHttpMetrics();
        if (!app.Environment.IsDevelopment()) return;
        app.MapScalarApiReference(Page, options =>
        {
            // Nothing that leaves this machine.
            (options.Title, options.DefaultFonts, options.Telemetry) = (app.Environment.ApplicationName, false, false);
            options.DisableAgent().DisableMcp().HideDeveloperTools();
            foreach (var document in app.Configuration.GetSection(Section).GetChildren()) options.AddDocument(document.Key, routePattern: document.Value);
            if (!app.Configuration.GetSection(Section).GetChildren().Any()) options.AddDocuments(Public, Internal);
        }).DisableHttpMetrics();
    }

    private static bool IsInternal(string? path) => path?.StartsWith("internal/", StringComparison.Ordinal) == true;

    // Without scheme and host, which the service does not know.
    private static Task NameServer(OpenApiDocument document)
    {
        document.Servers = [.. (document.Servers ?? []).Select(static server => new OpenApiServer { Url = new Uri(server.Url!).AbsolutePath })];
        return Task.CompletedTask;
    }
}
