using System.Text.Encodings.Web;
using System.Text.Json;

namespace Customer.Api;

/// <summary>A response whose JSON is written directly to the response body, without intermediate objects.</summary>
internal sealed class JsonResult(Action<Utf8JsonWriter> write, int status = StatusCodes.Status200OK) : IResult
{
    // Uses the same escaping as the framework. Validation would only check this code.
    internal static readonly JsonWriterOptions Options = new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <inheritdoc />
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = status;
        response.ContentType = "application/json; charset=utf-8";
        await using (var json = new Utf8JsonWriter(response.BodyWriter, Options))
        {
            write(json);
            response.ContentLength = json.BytesCommitted + json.BytesPending; // tells the gateway whether to compress it
        }

        await response.BodyWriter.FlushAsync(httpContext.RequestAborted);
    }
}
