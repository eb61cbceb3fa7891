using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ServiceDefaults;

/// <summary>Registers how exceptions become answers.</summary>
public static class ProblemsExtensions
{
    /// <summary>Answers exceptions of this type with 503 instead of 500.</summary>
    /// <param name="services">The services.</param>
    /// <param name="reason">One of <see cref="UnavailableReasons"/>, or a service's own.</param>
    /// <param name="predicate">Which of them; all, unless given.</param>
    public static IServiceCollection AddDependencyFailure<TException>(
        this IServiceCollection services, string reason, Func<TException, bool>? predicate = null) where TException : Exception =>
        services.Configure<DependencyFailures>(failures =>
            failures.Add(reason, e => e is TException failure && (predicate is null || predicate(failure))));

    internal static void AddProblems(this IServiceCollection services)
    {
        services.AddProblemDetails(static options => options.CustomizeProblemDetails = Problems.Customize);
        services.AddExceptionHandler<ExceptionMapper>();
        services.AddSingleton<RejectedRequests>();
        // In every environment alike: an argument that cannot be read says which one it was.
        services.Configure<RouteHandlerOptions>(static options => options.ThrowOnBadRequest = true);
    }
}
