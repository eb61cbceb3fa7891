using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace ServiceDefaults;

/// <summary>Health endpoints that cost next to nothing, however often they are called.</summary>
internal static class Health
{
    /// <summary>How long a response is cached.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromSeconds(1);

    /// <summary>Path of the endpoint that runs all checks.</summary>
    public const string ReadyPath = "/health";

    /// <summary>Path of the endpoint that runs the checks tagged <see cref="LiveTag"/>.</summary>
    public const string LivePath = "/alive";

    private const string LiveTag = "live";

    /// <summary>Timeout of a check without one of its own.</summary>
    private static readonly TimeSpan CheckTimeMax = TimeSpan.FromSeconds(2);

    /// <summary>Adds the check <c>self</c>, and timeouts to all checks.</summary>
    public static void AddDefaultHealth(this IServiceCollection services)
    {
        services.AddHealthChecks().AddCheck("self", static () => HealthCheckResult.Healthy(), [LiveTag]);
        services.PostConfigure<HealthCheckServiceOptions>(static options =>
        {
            foreach (var check in options.Registrations)
            {
                if (check.Timeout == Timeout.InfiniteTimeSpan) check.Timeout = CheckTimeMax;
            }
        });
        // The default logger would log every failing check on every call. HealthAnswers logs changes only.
        services.AddLogging(static logging => logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None));
        services.AddOutputCache();
    }

    /// <summary>Maps both endpoints. They require the output caching middleware.</summary>
    public static void MapHealth(this WebApplication app)
    {
        Map(app, ReadyPath, static _ => true);
        Map(app, LivePath, static check => check.Tags.Contains(LiveTag));
    }

    private static void Map(WebApplication app, string path, Func<HealthCheckRegistration, bool> selects)
    {
        var answers = new HealthAnswers(app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("ServiceDefaults.Health"));
        app.MapHealthChecks(path, new HealthCheckOptions { Predicate = selects, ResponseWriter = answers.WriteAsync })
            .WithMetadata(new HttpMethodMetadata([HttpMethods.Get, HttpMethods.Head])) // other methods are not cached
            .CacheOutput(static policy => policy.AddPolicy<EveryAnswer>(), excludeDefaultPolicy: true)
            .DisableHttpMetrics();
    }

    /// <summary>Returns the same response, 503 as well as 200, to all requests within <see cref="Age"/> or while the checks run.</summary>
    [SuppressMessage("Performance", "CA1812", Justification = "Output caching creates it.")]
    private sealed class EveryAnswer : IOutputCachePolicy
    {
        public ValueTask CacheRequestAsync(OutputCacheContext context, CancellationToken cancellation)
        {
            context.EnableOutputCaching = context.AllowCacheLookup = context.AllowCacheStorage = context.AllowLocking = true;
            context.ResponseExpirationTimeSpan = Age;
            context.CacheVaryByRules.VaryByHost = false;
            context.HttpContext.RequestAborted = CancellationToken.None; // other callers wait for the response even if this one disconnects
            return ValueTask.CompletedTask;
        }

        public ValueTask ServeFromCacheAsync(OutputCacheContext context, CancellationToken cancellation) => ValueTask.CompletedTask;

        public ValueTask ServeResponseAsync(OutputCacheContext context, CancellationToken cancellation) => ValueTask.CompletedTask;
    }
}
