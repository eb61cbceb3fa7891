using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ServiceDefaults;

/// <summary>
/// Creates errors as RFC 9457 problem details. Clients should rely on <c>type</c>, <c>urn:shop:problem:NAME</c>, which never changes; the rest is for people.
/// The type is a URN rather than a URL, so that no page has to be maintained and the gateway's path rewriting cannot break it.
/// </summary>
public static class Problems
{
    private const string Prefix = "urn:shop:problem:";

    /// <summary>401: the request needs a key that it does not have. The response must have a WWW-Authenticate header.</summary>
    public static ProblemHttpResult Unauthorized(string detail) => Problem(StatusCodes.Status401Unauthorized, "unauthorized", detail);

    /// <summary>403: nobody may do this here.</summary>
    public static ProblemHttpResult Forbidden(string detail) => Problem(StatusCodes.Status403Forbidden, "forbidden", detail);

    /// <summary>404: the resource does not exist.</summary>
    public static ProblemHttpResult NotFound(string detail) => Problem(StatusCodes.Status404NotFound, "not-found", detail);

    /// <summary>400: the request is invalid, and a retry cannot help.</summary>
    public static ProblemHttpResult Invalid(string detail) => Problem(StatusCodes.Status400BadRequest, "invalid-request", detail);

    /// <summary>400: the request is valid, but a business rule refuses it.</summary>
    /// <param name="name">The reason in kebab case, e.g. <c>out-of-stock</c>; part of the contract.</param>
    /// <param name="detail">Explanation for people.</param>
    public static ProblemHttpResult Refused(string name, string detail) => Problem(StatusCodes.Status400BadRequest, name, detail);

    /// <summary>409: another request conflicts with this one, e.g. the first request with the same idempotency key is still running.</summary>
    public static ProblemHttpResult Conflict(string name, string detail) => Problem(StatusCodes.Status409Conflict, name, detail);

    /// <summary>412: the resource is not in the state that the request requires, e.g. it has another entity tag.</summary>
    public static ProblemHttpResult PreconditionFailed(string name, string detail) => Problem(StatusCodes.Status412PreconditionFailed, name, detail);

    /// <summary>415: the body is not of a type that is accepted.</summary>
    public static ProblemHttpResult UnsupportedMediaType(string detail) =>
        Problem(StatusCodes.Status415UnsupportedMediaType, "unsupported-media-type", detail);

    /// <summary>422: the request is valid but not in this context, e.g. its idempotency key was used for a different payload.</summary>
    public static ProblemHttpResult Unprocessable(string name, string detail) => Problem(StatusCodes.Status422UnprocessableEntity, name, detail);

    /// <summary>422: the idempotency key was used for a different request.</summary>
    public static ProblemHttpResult KeyReused() => Unprocessable("idempotency-key-reused", "The Idempotency-Key was already used for a different request.");

    /// <summary>503 with Retry-After: a dependency is unavailable, or a queue is full.</summary>
    /// <param name="reason">Cause in kebab case, one of <see cref="UnavailableReasons"/> or a service's own; part of the contract and of the metrics.</param>
    /// <param name="detail">Explanation for people.</param>
    /// <param name="retryAfterSeconds">Seconds until the client should retry.</param>
    /// <param name="saga">The checkout's saga, if one has begun.</param>
    public static UnavailableHttpResult Unavailable(string reason, string detail, int retryAfterSeconds = 1, Guid? saga = null) =>
        new(reason, detail, retryAfterSeconds, saga);

    internal static ProblemHttpResult Problem(int status, string name, string? detail, IDictionary<string, object?>? extensions = null) =>
        TypedResults.Problem(detail, statusCode: status, type: Prefix + name, title: Title(name), extensions: extensions);

    /// <summary>Returns the problem name for a status code that the framework returned by itself, such as 404 for an unknown path.</summary>
    internal static string NameOf(int status) => status switch
    {
        StatusCodes.Status400BadRequest => "invalid-request",
        StatusCodes.Status401Unauthorized => "unauthorized",
        StatusCodes.Status403Forbidden => "forbidden",
        StatusCodes.Status404NotFound => "not-found",
        StatusCodes.Status405MethodNotAllowed => "method-not-allowed",
        StatusCodes.Status408RequestTimeout => "request-timeout",
        StatusCodes.Status413PayloadTooLarge => "body-too-large",
        StatusCodes.Status415UnsupportedMediaType => "unsupported-media-type",
        StatusCodes.Status429TooManyRequests => "too-many-requests",
        >= StatusCodes.Status502BadGateway and <= StatusCodes.Status504GatewayTimeout => "unavailable",
        >= 500 => "internal-error",
        _ => "invalid-request",
    };

    /// <summary>Adds the request ID, and sets the type and title of problems created by the framework.</summary>
    internal static void Customize(ProblemDetailsContext context)
    {
        var problem = context.ProblemDetails;
        problem.Extensions["request_id"] = context.HttpContext.TraceIdentifier;
        if (problem.Type?.StartsWith(Prefix, StringComparison.Ordinal) == true) return;
        var name = NameOf(problem.Status ?? context.HttpContext.Response.StatusCode);
        (problem.Type, problem.Title) = (Prefix + name, Title(name));
        if (problem.Status == StatusCodes.Status415UnsupportedMediaType) problem.Detail ??= BadRequests.UnsupportedMediaType;
    }

    // "out-of-stock" -> "Out of stock"
    private static string Title(string name) => string.Create(name.Length, name, static (title, name) =>
    {
        name.AsSpan().Replace(title, '-', ' ');
        title[0] = char.ToUpperInvariant(title[0]);
    });
}
