using System.Net;
using System.Text;
using Aspire.Hosting.Testing;
using Tests.Unit.Catalog;

namespace Tests.Cluster;

/// <summary>Upload and delivery of product pictures.</summary>
[Collection(SharedCluster.Name), Trait("Category", "Cluster")]
public sealed class ProductPictureTests(ClusterFixture cluster) : IAsyncLifetime
{
    private const int BytesMax = 1024 * 1024;

    private readonly ProductClient _products = new(cluster.Cluster.App.GetEndpoint("gateway"));

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _products.DisposeAsync();

    [Theory]
    [InlineData("image/png")]
    [InlineData("image/jpeg")]
    [InlineData("image/svg+xml")]
    [InlineData("text/html")]
    [InlineData("")]
    public async Task The_bytes_determine_the_format_regardless_of_the_header(string header)
    {
        var id = await _products.CreateAsync("Easel", 4);
        var png = PictureReaderTests.Png(2, 2);
        var set = await _products.SendAsync("PUT", $"/{id}/picture", png, header);
        Assert.Equal((HttpStatusCode.OK, $"/products/{id}/picture?r=2", "\"2\""), (set.Status, set.Json.GetProperty("picture").GetString(), set.Tag));
        var found = await _products.SendAsync("GET", $"/{id}/picture?r=2");
        Assert.Equal((HttpStatusCode.OK, "image/png", "\"2\""), (found.Status, found.MediaType, found.Tag));
        Assert.Equal(png, found.Bytes);
        Assert.Equal("nosniff", found.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Contains("immutable", found.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        Assert.Equal("no-cache", (await _products.SendAsync("GET", $"/{id}/picture")).Headers.CacheControl!.ToString());
    }

    [Fact]
    public async Task An_SVG_is_cleaned_and_served_without_permission_to_run_scripts()
    {
        var id = await _products.CreateAsync("Easel", 4);
        const string Svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"><script>alert(1)</script><path d=\"M0 0\" /></svg>";
        Assert.Equal(HttpStatusCode.OK, (await _products.SendAsync("PUT", $"/{id}/picture", Svg, mediaType: "image/png")).Status);
        var found = await _products.SendAsync("GET", $"/{id}/picture");
        Assert.Equal(("image/svg+xml", "<svg xmlns=\"http://www.w3.org/2000/svg\"><path d=\"M0 0\" /></svg>"), (found.MediaType, found.Body));
        var policy = found.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("sandbox", policy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GIF89a", HttpStatusCode.UnsupportedMediaType, "unsupported-media-type")]
    [InlineData("", HttpStatusCode.UnsupportedMediaType, "unsupported-media-type")]
    [InlineData("<html><script>alert(1)</script></html>", HttpStatusCode.BadRequest, "invalid-request")]
    [InlineData("<!DOCTYPE svg [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><svg xmlns='http://www.w3.org/2000/svg'>&a;</svg>", HttpStatusCode.BadRequest,
        "invalid-request")]
    public async Task Other_formats_are_rejected_and_the_picture_is_kept(string body, HttpStatusCode status, string problem)
    {
        var id = await _products.CreateAsync("Easel", 4);
        await _products.SendAsync("PUT", $"/{id}/picture", PictureReaderTests.Png(2, 2), "image/png");
        var refused = await _products.SendAsync("PUT", $"/{id}/picture", body, mediaType: "image/png");
        Assert.Equal((status, problem), (refused.Status, refused.Problem));
        Assert.Equal("image/png", (await _products.SendAsync("GET", $"/{id}/picture?r=2")).MediaType);
    }

    [Fact]
    public async Task A_picture_is_limited_to_a_megabyte()
    {
        var id = await _products.CreateAsync("Easel", 4);
        byte[] largest = [.. PictureReaderTests.Png(2, 2), .. new byte[BytesMax - PictureReaderTests.Png(2, 2).Length]];
        Assert.Equal(HttpStatusCode.OK, (await _products.SendAsync("PUT", $"/{id}/picture", largest, "image/png")).Status);
        Assert.Equal(largest, (await _products.SendAsync("GET", $"/{id}/picture")).Bytes);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await _products.SendAsync("PUT", $"/{id}/picture", [.. largest, 0], "image/png")).Status);
        await using var direct = new ProductClient(cluster.Cluster.App.GetEndpoint("stock-api"));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await direct.SendAsync("PUT", $"/{id}/picture", [.. largest, 0], "image/png")).Status);
    }

    [Fact]
    public async Task A_picture_is_replaced_and_removed_and_goes_with_its_product()
    {
        var id = await _products.CreateAsync("Easel", 4);
        Assert.Equal(HttpStatusCode.NotFound, (await _products.SendAsync("GET", $"/{id}/picture")).Status);
        await _products.SendAsync("PUT", $"/{id}/picture", PictureReaderTests.Png(2, 2), "image/png");
        Assert.Equal("image/png", (await _products.SendAsync("GET", $"/{id}/picture")).MediaType); // cached now
        await _products.SendAsync("PUT", $"/{id}/picture", Encoding.UTF8.GetBytes("<svg xmlns=\"http://www.w3.org/2000/svg\"/>"), "image/svg+xml");
        Assert.Equal("image/svg+xml", (await _products.SendAsync("GET", $"/{id}/picture")).MediaType);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await _products.SendAsync("DELETE", $"/{id}/picture", match: "\"2\"")).Status);
        var removed = await _products.SendAsync("DELETE", $"/{id}/picture", match: "\"3\"");
        Assert.Equal((HttpStatusCode.OK, "/pictures/none.svg"), (removed.Status, removed.Json.GetProperty("picture").GetString()));
        Assert.Equal(HttpStatusCode.NotFound, (await _products.SendAsync("GET", $"/{id}/picture")).Status);
        await _products.SendAsync("PUT", $"/{id}/picture", PictureReaderTests.Png(2, 2), "image/png");
        await _products.SendAsync("DELETE", $"/{id}");
        Assert.Equal(HttpStatusCode.NotFound, (await _products.SendAsync("GET", $"/{id}/picture")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await _products.SendAsync("PUT", $"/{id}/picture", PictureReaderTests.Png(2, 2), "image/png")).Status);
    }
}
