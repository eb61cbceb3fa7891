using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using ServiceKit.Idempotency;
using Storefront.Web.Services;

namespace Storefront.Web.Operations;

/// <summary>Changes products for operators.</summary>
internal sealed class ProductsClient(IHttpClientFactory clients, Catalog catalog)
{
    private const string Path = "/internal/products", ProblemPrefix = "urn:shop:problem:";

    private static readonly Dictionary<string, string[]> NoErrors = [];

    private HttpClient Http => clients.CreateClient(Catalog.Service);

    /// <summary>The product; null if there is none.</summary>
    public async Task<Product?> FindAsync(string item) => Array.Find(await catalog.ReadNowAsync(), product => product.ItemId == item);

    /// <summary>Creates a product, once per key.</summary>
    public Task<ProductAnswer> CreateAsync(ProductForm form) => SendAsync(HttpMethod.Post, Path,
        JsonContent.Create(new Fields(form.Name, form.Description, form.Price, form.Stock, form.State)), $"product-{form.Key:N}");

    /// <summary>Changes everything but stock and picture, if the product still has the form's revision.</summary>
    public Task<ProductAnswer> ChangeAsync(string item, ProductForm form) => SendAsync(HttpMethod.Patch, $"{Path}/{item}",
        JsonContent.Create(new Fields(form.Name ?? "", form.Description ?? "", form.Price, null, form.State)), revision: form.Revision);

    /// <summary>Sets the picture.</summary>
    public Task<ProductAnswer> SetPictureAsync(string item, Stream picture) =>
        SendAsync(HttpMethod.Put, $"{Path}/{item}/picture", new StreamContent(picture));

    /// <summary>Removes the picture.</summary>
    public Task<ProductAnswer> RemovePictureAsync(string item) => SendAsync(HttpMethod.Delete, $"{Path}/{item}/picture", null);

    /// <summary>Adds pieces to the stock or subtracts them, once per key.</summary>
    public Task<ProductAnswer> MoveStockAsync(string item, long pieces, bool isAdded, Guid key) => SendAsync(HttpMethod.Post,
        string.Create(CultureInfo.InvariantCulture, $"/{(isAdded ? "add" : "subtract")}/{item}/{pieces}"), null, $"stock-{key:N}");

    /// <summary>Deletes the product if it still has this revision.</summary>
    public Task<ProductAnswer> DeleteAsync(string item, long revision) => SendAsync(HttpMethod.Delete, $"{Path}/{item}", null, revision: revision);

    /// <summary>The uploaded picture and its media type; null if there is none.</summary>
    public async Task<(byte[] Bytes, string MediaType)?> FindPictureAsync(string item, CancellationToken cancellationToken)
    {
        using var response = await Http.GetAsync(new Uri($"/products/{item}/picture", UriKind.Relative), cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound) return null;
        var content = response.EnsureSuccessStatusCode().Content;
        return (await content.ReadAsByteArrayAsync(cancellationToken), content.Headers.ContentType!.MediaType!);
    }

    // Not canceled when the client disconnects: operators should not have to wonder what became of a change.
    private async Task<ProductAnswer> SendAsync(HttpMethod method, string path, HttpContent? content, string? key = null, long? revision = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = content };
        if (key is not null) request.Headers.Add(IdempotencyKey.Header, key);
        if (revision is not null) request.Headers.IfMatch.Add(new EntityTagHeaderValue(string.Create(CultureInfo.InvariantCulture, $"\"{revision}\"")));
        using var response = await Http.SendAsync(request, CancellationToken.None);
        catalog.Expire();
        if (response.StatusCode == HttpStatusCode.NoContent) return new(null, null, null, NoErrors);
        if (response.StatusCode is >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError)
        {
            var problem = await response.Content.ReadFromJsonAsync<Problem>(CancellationToken.None);
            return new(null, problem?.Type.Replace(ProblemPrefix, "", StringComparison.Ordinal) ?? "", problem?.Detail, problem?.Errors ?? NoErrors);
        }

        // The answer of a change of stock is not a whole product.
        return new(await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<Product>(CancellationToken.None), null, null, NoErrors);
    }

    private sealed record Fields(string? Name, string? Description, long? Price, long? Stock, string? State);

    private sealed record Problem(string Type, string? Detail, Dictionary<string, string[]>? Errors);
}
