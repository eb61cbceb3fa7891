using System.Buffers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ServiceDefaults;

/// <summary>The ID that the gateway assigns to each request. It is in all log lines of the request, in its span, and in problem details.</summary>
internal static class RequestId
{
    /// <summary>The header's name, and the name of the span attribute.</summary>
    public const string Header = "X-Request-Id", Attribute = "http.request.header.x-request-id";

    private const int LengthMax = 64;

    // Callers that bypass the gateway can send anything, and the ID is logged as it is.
    private static readonly SearchValues<char> Allowed = SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_.:");

    /// <summary>Uses the header's value as the request's identifier. A request without a valid one keeps Kestrel's identifier.</summary>
    public static void UseRequestId(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        if (context.Request.Headers[Header] is [{ Length: > 0 and <= LengthMax } id] && !id.AsSpan().ContainsAnyExcept(Allowed))
            context.TraceIdentifier = id;
        return next(context);
    });
}
