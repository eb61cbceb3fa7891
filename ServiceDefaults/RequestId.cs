using System.Buffers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ServiceDefaults;

/// <summary>The id that the gateway gives each request. It is in every log line of the request, in its span, and in problem documents.</summary>
internal static class RequestId
{
    /// <summary>The header that carries it, and its name as an attribute of a span.</summary>
    public const string Header = "X-Request-Id", Attribute = "http.request.header.x-request-id";

    private const int LengthMax = 64;

    // Callers that come without the gateway may send anything, and logs take it as it is.
    private static readonly SearchValues<char> Allowed = SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_.:");

    /// <summary>Makes the header's value the request's identifier. A request without a usable one keeps Kestrel's.</summary>
    public static void UseRequestId(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        if (context.Request.Headers[Header] is [{ Length: > 0 and <= LengthMax } id] && !id.AsSpan().ContainsAnyExcept(Allowed))
            context.TraceIdentifier = id;
        return next(context);
    });
}
