using System.Globalization;
using Microsoft.Net.Http.Headers;
using ServiceDefaults;
using ServiceKit.Http;

namespace Stock.Api.Catalog;

/// <summary>Handlers for pictures of products; <see cref="ProductEndpoints"/> maps them.</summary>
internal static class PictureEndpoints
{
    // Whatever a picture contains: nothing in it runs, and it loads nothing.
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

    private static readonly CacheControlHeaderValue Forever = new() { Public = true, MaxAge = TimeSpan.FromDays(365), Extensions = { new("immutable") } },
        Checked = new() { NoCache = true };

    public static async Task<IResult> FindAsync(string id, string? r, ProductPictures pictures, HttpContext context)
    {
        var headers = context.Response.Headers;
        (headers.XContentTypeOptions, headers.ContentSecurityPolicy) = ("nosniff", Policy);
        if (!PathValues.IsId(id) || await pictures.FindAsync(id) is not { } found) return Problems.NotFound("Picture not found.");
        var (picture, revision) = found;
        // The path with a revision always means the same bytes.
        context.Response.GetTypedHeaders().CacheControl = r == revision.ToString(CultureInfo.InvariantCulture) ? Forever : Checked;
        return TypedResults.Bytes(picture.Bytes, picture.MediaType, entityTag: new(RevisionTag.Of(revision)));
    }

    public static async Task<IResult> SetAsync(string id, HttpContext context, ProductStore store, IfMatch? match)
    {
        if (!PathValues.IsId(id)) return ProductAnswers.Unknown();
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted); // the server limits it to 1 MiB
        return PictureReader.Read(body.ToArray()) switch
        {
            ({ } picture, _) => ProductAnswers.Of(await store.SetPictureAsync(id, RevisionTag.Read(match), picture), context, match),
            (_, { } error) => Problems.Invalid(error),
            _ => Problems.UnsupportedMediaType("The picture must be a PNG, JPEG or SVG file."),
        };
    }

    public static async Task<IResult> RemoveAsync(string id, HttpContext context, ProductStore store, IfMatch? match) => PathValues.IsId(id)
        ? ProductAnswers.Of(await store.RemovePictureAsync(id, RevisionTag.Read(match)), context, match)
        : ProductAnswers.Unknown();
}
