using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ServiceDefaults;

/// <summary>Registers the mapping of exceptions to responses.</summary>
public static class ProblemsExtensions
{
    /// <summary>Maps exceptions of this type to 503 instead of 500.</summary>
    /// <param name="services">The services.</param>
    /// <param name="reason">One of <see cref="UnavailableReasons"/>, or a service's own.</param>
    /// <param name="predicate">Selects the exceptions to map; null for all.</param>
    public static IServiceCollection AddDependencyFailure<TException>(
        this IServiceCollection services, string reason, Func<TException, bool>? predicate = null) where TException : Exception =>
        services.Configure<DependencyFailures>(failures =>
            failures.Add(reason, e => e is TException failure && (predicate is null || predicate(failure))));

    internal static void AddProblems(this IServiceCollection services)
    {
        services.AddProblemDetails(static options => options.CustomizeProblemDetails = Problems.Customize);
        services.AddExceptionHandler<ExceptionMapper>();
        services.AddSingleton<RejectedRequests>();
        // The same in every environment: the error for an unreadable argument names the argument.
        services.Configure<RouteHandlerOptions>(static options => options.ThrowOnBadRequest = true);
    }
}
