using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;

namespace ServiceDefaults;

/// <summary>503 with Retry-After, as problem details with <c>reason</c> and, if a checkout has begun, <c>saga_id</c>. Counts the rejection.</summary>
public sealed class UnavailableHttpResult : IResult, IStatusCodeHttpResult, IEndpointMetadataProvider
{
    private readonly ProblemHttpResult _problem;
    private readonly string _reason;
    private readonly int _retryAfterSeconds;

    internal UnavailableHttpResult(string reason, string? detail, int retryAfterSeconds, Guid? saga)
    {
        var extensions = new Dictionary<string, object?> { ["reason"] = reason };
        if (saga is { } id) extensions["saga_id"] = id;
        _problem = Problems.Problem(StatusCodes.Status503ServiceUnavailable, "unavailable", detail, extensions);
        (_reason, _retryAfterSeconds) = (reason, retryAfterSeconds);
    }

    /// <summary>Always 503.</summary>
    public int? StatusCode => StatusCodes.Status503ServiceUnavailable;

    /// <inheritdoc />
    public Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        httpContext.RequestServices.GetRequiredService<RejectedRequests>().Count(_reason);
        httpContext.Response.Headers.RetryAfter = _retryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        return _problem.ExecuteAsync(httpContext);
    }

    static void IEndpointMetadataProvider.PopulateMetadata(MethodInfo method, EndpointBuilder builder) => builder.Metadata.Add(
        new ProducesResponseTypeMetadata(StatusCodes.Status503ServiceUnavailable, typeof(ProblemDetails), ["application/problem+json"]));
}
