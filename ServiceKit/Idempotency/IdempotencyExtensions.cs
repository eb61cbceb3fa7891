using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;

namespace ServiceKit.Idempotency;

/// <summary>Registers support for idempotency keys.</summary>
public static class IdempotencyExtensions
{
    /// <summary>Documents the Idempotency-Key header in the service's OpenAPI documents.</summary>
    public static IServiceCollection AddIdempotencyKeys(this IServiceCollection services) =>
        services.ConfigureAll<OpenApiOptions>(static options => options.AddOperationTransformer<IdempotencyKeyTransformer>());
}
