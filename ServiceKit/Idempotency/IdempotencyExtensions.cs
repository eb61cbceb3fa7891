using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;

namespace ServiceKit.Idempotency;

/// <summary>Registers what services with idempotent requests need.</summary>
public static class IdempotencyExtensions
{
    /// <summary>Describes the Idempotency-Key in the service's OpenAPI document.</summary>
    public static IServiceCollection AddIdempotencyKeys(this IServiceCollection services) =>
        services.Configure<OpenApiOptions>("v1", static options => options.AddOperationTransformer<IdempotencyKeyTransformer>());
}
