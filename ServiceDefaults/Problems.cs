using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ServiceDefaults;

/// <summary>
/// Errors as RFC 9457 problem details. Clients go by <c>type</c>, <c>urn:shop:problem:NAME</c>, which never changes; the rest is for people.
/// A name and no address: there is no page to keep alive, and the gateway's rewriting of paths cannot break it.
/// </summary>
public static class Problems
{
    private const string Prefix = "urn:shop:problem:";

    /// <summary>404: the thing a URL names is not there.</summary>
    public static ProblemHttpResult NotFound(string detail) => Problem(StatusCodes.Status404NotFound, "not-found", detail);

    /// <summary>400: the request itself is wrong; repeating it cannot help.</summary>
    public static ProblemHttpResult Invalid(string detail) => Problem(StatusCodes.Status400BadRequest, "invalid-request", detail);

    /// <summary>400: the request is sound, but the rules of the business say no.</summary>
    /// <param name="name">What is said no to, in kebab case, e.g. <c>out-of-stock</c>; part of the contract.</param>
    /// <param name="detail">For people.</param>
    public static ProblemHttpResult Refused(string name, string detail) => Problem(StatusCodes.Status400BadRequest, name, detail);

    /// <summary>409: another request is in the way, e.g. the first one with the same idempotency key still runs.</summary>
    public static ProblemHttpResult Conflict(string name, string detail) => Problem(StatusCodes.Status409Conflict, name, detail);

    /// <summary>422: sound on its own, but not here, e.g. an idempotency key that came with another payload before.</summary>
    public static ProblemHttpResult Unprocessable(string name, string detail) => Problem(StatusCodes.Status422UnprocessableEntity, name, detail);

    /// <summary>422: an idempotency key that came with another request before.</summary>
    public static ProblemHttpResult KeyReused() => Unprocessable("idempotency-key-reused", "The Idempotency-Key was already used for a different request.");

    /// <summary>503 with Retry-After: a dependency is down, or a queue is full.</summary>
    /// <param name="reason">The cause, in kebab case, one of <see cref="UnavailableReasons"/>; part of the contract, and counted.</param>
    /// <param name="detail">For people.</param>
    /// <param name="retryAfterSeconds">When to try again.</param>
    /// <param name="saga">The checkout's saga, where one has begun.</param>
    public static UnavailableHttpResult Unavailable(string reason, string detail, int retryAfterSeconds = 1, Guid? saga = null) =>
        new(reason, detail, retryAfterSeconds, saga);

    internal static ProblemHttpResult Problem(int status, string name, string? detail, IDictionary<string, object?>? extensions = null) =>
        TypedResults.Problem(detail, statusCode: status, type: Prefix + name, title: Title(name), extensions: extensions);

    /// <summary>The problem of a bare status code: what the framework answers on its own, such as 404 for an unknown path.</summary>
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

    /// <summary>Adds the request's id, and to problems that the framework filled in a type and a title of ours.</summary>
    internal static void Customize(ProblemDetailsContext context)
    {
        var problem = context.ProblemDetails;
        problem.Extensions["request_id"] = context.HttpContext.TraceIdentifier;
        if (problem.Type?.StartsWith(Prefix, StringComparison.Ordinal) == true) return;
        var name = NameOf(problem.Status ?? context.HttpContext.Response.StatusCode);
        (problem.Type, problem.Title) = (Prefix + name, Title(name));
    }

    // "out-of-stock" -> "Out of stock"
    private static string Title(string name) => string.Create(name.Length, name, static (title, name) =>
    {
        name.AsSpan().Replace(title, '-', ' ');
        title[0] = char.ToUpperInvariant(title[0]);
    });
}
