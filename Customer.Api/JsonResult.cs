using System.Text.Encodings.Web;
using System.Text.Json;
using Customer.Api.Customers;
using MongoDB.Bson;

namespace Customer.Api;

/// <summary>A response whose JSON is written directly to the response body, without intermediate objects.</summary>
internal sealed class JsonResult(Action<Utf8JsonWriter> write, int status = StatusCodes.Status200OK, string? location = null) : IResult
{
    // Uses the same escaping as the framework. Validation would only check this code.
    private static readonly JsonWriterOptions Options = new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Returns a customer with status 200. If the document is raw, its buffer returns to the driver's pool.</summary>
    public static JsonResult Of(BsonDocument customer) => new(json =>
    {
        using (customer as RawBsonDocument) json.WriteCustomer(customer);
    });

    /// <inheritdoc />
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = status;
        response.ContentType = "application/json; charset=utf-8";
        if (location is not null) response.Headers.Location = location;
        await using (var json = new Utf8JsonWriter(response.BodyWriter, Options))
        {
            write(json);
            response.ContentLength = json.BytesCommitted + json.BytesPending; // tells the gateway whether to compress it
        }

        await response.BodyWriter.FlushAsync(httpContext.RequestAborted);
    }
}
