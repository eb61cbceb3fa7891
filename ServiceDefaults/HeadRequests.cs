using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace ServiceDefaults;

/// <summary>
/// Answers HEAD wherever GET is answered, with the same status and headers: it is routed as GET, and Kestrel sends no body. This must precede routing.
/// </summary>
[SuppressMessage("Performance", "CA1812", Justification = "Dependency injection creates it.")]
internal sealed class HeadRequests : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(static next => context => HttpMethods.IsHead(context.Request.Method) ? AsGetAsync(context, next) : next(context));
        next(app);
    };

    private static async Task AsGetAsync(HttpContext context, RequestDelegate next)
    {
        context.Request.Method = HttpMethods.Get;
        try
        {
            await next(context);
        }
        finally
        {
            context.Request.Method = HttpMethods.Head; // for metrics
        }
    }
}
