using MongoDB.Bson;
using ServiceKit.Http;

namespace Customer.Api.Customers;

/// <summary>A response with a customer and its entity tag.</summary>
internal sealed class CustomerResult(BsonDocument customer, int status = StatusCodes.Status200OK, string? location = null) : IResult
{
    /// <inheritdoc />
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (request, response) = (httpContext.Request, httpContext.Response);
        ReadOnlyMemory<byte> json;
        string tag;
        using (customer as RawBsonDocument) (json, tag) = EntityTag.Write(customer); // returns its buffer to the driver's pool
        response.Headers.ETag = tag;
        if (location is not null) response.Headers.Location = location;
        if (HttpMethods.IsGet(request.Method) && IfMatch.IsKnown(request.Headers.IfNoneMatch, tag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.StatusCode = status;
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = json.Length;
        await response.Body.WriteAsync(json, httpContext.RequestAborted);
    }
}
