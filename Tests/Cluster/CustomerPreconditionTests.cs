using System.Net;
using System.Text;
using System.Text.Json;
using Aspire.Hosting.Testing;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Tests.Cluster;

/// <summary>Conditional updates of customers with If-Match.</summary>
[Collection(SharedCluster.Name), Trait("Category", "Cluster")]
public sealed class CustomerPreconditionTests(ClusterFixture cluster) : IDisposable
{
    private readonly CustomerClient _customers = new(cluster.Shop);
    private readonly HttpClient _http = new() { BaseAddress = cluster.Cluster.App.GetEndpoint("gateway") };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task Each_version_has_its_own_ETag()
    {
        var (email, key) = (CustomerClient.NewEmail(), Guid.NewGuid().ToString());
        using var created = await SendAsync(HttpMethod.Post, "/customers", Json("A", email), ("Idempotency-Key", key));
        var (url, tag) = (created.Headers.Location!.OriginalString, created.Headers.ETag!);
        Assert.False(tag.IsWeak);
        Assert.Equal(tag, (await SendAsync(HttpMethod.Get, url)).Headers.ETag);
        using var known = await SendAsync(HttpMethod.Get, url, null, ("If-None-Match", $"W/{tag}, \"x\""));
        Assert.Equal((HttpStatusCode.NotModified, "", tag), (known.StatusCode, await known.Content.ReadAsStringAsync(Ct), known.Headers.ETag));
        using var replaced = await SendAsync(HttpMethod.Put, url, Json("B", email));
        Assert.NotEqual(tag, replaced.Headers.ETag);
        using var read = await SendAsync(HttpMethod.Get, url, null, ("If-None-Match", tag.ToString()));
        Assert.Equal((HttpStatusCode.OK, replaced.Headers.ETag), (read.StatusCode, read.Headers.ETag));
        using var repeated = await SendAsync(HttpMethod.Post, "/customers", Json("A", email), ("Idempotency-Key", key));
        Assert.Equal(tag, repeated.Headers.ETag); // the original response
    }

    [Fact]
    public async Task A_write_with_the_ETag_of_another_version_changes_nothing()
    {
        var email = CustomerClient.NewEmail();
        using var created = await SendAsync(HttpMethod.Post, "/customers", Json("A", email));
        var (url, old) = (created.Headers.Location!.OriginalString, created.Headers.ETag!.ToString());
        using var replaced = await SendAsync(HttpMethod.Put, url, Json("B", email), ("If-Match", $"\"x\", {old}"));
        Assert.Equal(HttpStatusCode.OK, replaced.StatusCode);
        var now = replaced.Headers.ETag!.ToString();
        foreach (var method in (HttpMethod[])[HttpMethod.Put, HttpMethod.Delete])
        {
            foreach (var (header, status, problem) in ((string, HttpStatusCode, string)[])[
                (old, HttpStatusCode.PreconditionFailed, "precondition-failed"),
                ("nonsense", HttpStatusCode.BadRequest, "invalid-request"), ($"*, {now}", HttpStatusCode.BadRequest, "invalid-request")])
            {
                using var refused = await SendAsync(method, url, method == HttpMethod.Put ? Json("C", email) : null, ("If-Match", header));
                Assert.Equal((header, status), (header, refused.StatusCode));
                Assert.Contains(problem, await refused.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
            }
        }

        Assert.Equal(now, (await SendAsync(HttpMethod.Get, url)).Headers.ETag!.ToString());
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Put, url, Json("C", email), ("If-Match", "*"))).StatusCode);
        now = (await SendAsync(HttpMethod.Get, url)).Headers.ETag!.ToString();
        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync(HttpMethod.Delete, url, null, ("If-Match", now))).StatusCode);
        foreach (var header in (string[])["*", now])
        {
            // Without the header, these requests return 404, which takes precedence over the precondition (RFC 9110, 13.2.1).
            Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Put, url, Json("C", email), ("If-Match", header))).StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Delete, url, null, ("If-Match", header))).StatusCode);
        }
    }

    [Fact]
    public async Task Of_concurrent_writes_with_the_same_ETag_one_succeeds()
    {
        var email = CustomerClient.NewEmail();
        using var created = await SendAsync(HttpMethod.Post, "/customers", Json("A", email));
        var (url, tag) = (created.Headers.Location!.OriginalString, created.Headers.ETag!.ToString());
        for (var round = 0; round < 5; round++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 8)
                .Select(i => SendAsync(HttpMethod.Put, url, Json($"R{round} {i}", email), ("If-Match", tag))));
            var done = Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
            Assert.All(answers.Where(answer => answer != done), answer => Assert.Equal(HttpStatusCode.PreconditionFailed, answer.StatusCode));
            tag = done.Headers.ETag!.ToString();
            Assert.Equal(await done.Content.ReadAsStringAsync(Ct), await (await SendAsync(HttpMethod.Get, url)).Content.ReadAsStringAsync(Ct));
        }
    }

    [Fact]
    public async Task A_customer_stored_by_an_older_version_has_an_ETag_too()
    {
        using var client = new MongoClient(await cluster.Cluster.App.GetConnectionStringAsync("customers", Ct));
        var (id, email) = ($"old-{Guid.NewGuid():N}", CustomerClient.NewEmail());
        await client.GetDatabase("customers").GetCollection<BsonDocument>("customers").InsertOneAsync(
            new BsonDocument { { "_id", id }, { "name", "A" }, { "email", email }, { "created_at", DateTime.UtcNow }, { "updated_at", DateTime.UtcNow } },
            cancellationToken: Ct);
        var tag = (await SendAsync(HttpMethod.Get, $"/customers/{id}")).Headers.ETag!.ToString();
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Put, $"/customers/{id}", Json("B", email), ("If-Match", tag))).StatusCode);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await SendAsync(HttpMethod.Delete, $"/customers/{id}", null, ("If-Match", tag))).StatusCode);
    }

    private static string Json(string name, string email) => JsonSerializer.Serialize(new { name, email });

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string url, string? json = null, (string Name, string Value) header = default)
    {
        var request = new HttpRequestMessage(method, url);
        if (json is not null) request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        if (header.Name is not null) request.Headers.TryAddWithoutValidation(header.Name, header.Value);
        return _http.SendAsync(request, Ct);
    }
}
