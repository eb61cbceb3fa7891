using System.Buffers;
using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Metadata;

namespace Order.Api.Checkout;

/// <summary>200 with <c>{"paid":true}</c>. This answer is sent up to ten thousand times a second, so it is serialized only once.</summary>
internal sealed class PaidHttpResult : IResult, IStatusCodeHttpResult, IEndpointMetadataProvider
{
    private static readonly byte[] Body = JsonSerializer.SerializeToUtf8Bytes(new CheckoutDone(true), OrderJson.Default.CheckoutDone);

    public static PaidHttpResult Instance { get; } = new();

    public int? StatusCode => StatusCodes.Status200OK;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.ContentType = "application/json; charset=utf-8";
        httpContext.Response.ContentLength = Body.Length;
        httpContext.Response.BodyWriter.Write(Body);
        return Task.CompletedTask; // flushed when the request completes
    }

    static void IEndpointMetadataProvider.PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(CheckoutDone), ["application/json"]));
}
