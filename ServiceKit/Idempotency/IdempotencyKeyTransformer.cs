using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace ServiceKit.Idempotency;

/// <summary>Documents the header <see cref="IdempotencyKey.Header"/> in all OpenAPI operations that accept it.</summary>
internal sealed class IdempotencyKeyTransformer : IOpenApiOperationTransformer
{
    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var handler = context.Description.ActionDescriptor.EndpointMetadata.OfType<MethodInfo>().FirstOrDefault();
        if (handler?.GetParameters().Any(static parameter => parameter.ParameterType == typeof(IdempotencyKey)) != true) return Task.CompletedTask;
        (operation.Parameters ??= []).Add(new OpenApiParameter
        {
            Name = IdempotencyKey.Header,
            In = ParameterLocation.Header,
            Description = "Under a key the request is carried out once and has the same answer, status and body, however often it is sent. "
                + $"Remembered for {IdempotencyKey.Kept.TotalHours:0} hours at least.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = IdempotencyKey.LengthMax },
        });
        var reused = StatusCodes.Status422UnprocessableEntity.ToString(CultureInfo.InvariantCulture);
        (operation.Responses ??= []).TryAdd(reused, new OpenApiResponse { Description = "The key was already used for a different request." });
        return Task.CompletedTask;
    }
}
