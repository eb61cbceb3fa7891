using Aspire.Hosting.Testing;
using Tests.Security;

namespace Tests.Cluster;

/// <summary>Scripts may call the shop only from configured origins.</summary>
[Collection(SharedCluster.Name), Trait("Category", "Cluster")]
public sealed class CorsTests(ClusterFixture cluster)
{
    private const string Allowed = ClusterFixture.AllowedOrigin, Other = "https://other.example";

    [Fact]
    public async Task A_preflight_request_of_an_allowed_origin_is_answered()
    {
        var answer = await AskAsync("OPTIONS", "/stock/item/create/1", $"Origin: {Allowed}\r\nAccess-Control-Request-Method: POST\r\n"
            + "Access-Control-Request-Headers: content-type,idempotency-key\r\n");
        Assert.Equal((204, Allowed, "Origin"), (answer.Status, answer.Header("Access-Control-Allow-Origin"), answer.Header("Vary")));
        Assert.Contains("POST", answer.Header("Access-Control-Allow-Methods"), StringComparison.Ordinal);
        Assert.Contains("Idempotency-Key", answer.Header("Access-Control-Allow-Headers"), StringComparison.Ordinal);
        Assert.Null(answer.Header("Access-Control-Allow-Credentials"));
    }

    [Theory]
    [InlineData("/stock/find/unknown", 404)]
    [InlineData("/customers/unknown", 404)]
    [InlineData("/gateway/health", 200)]
    [InlineData("/stock/internal/prices", 404)]
    public async Task Scripts_of_an_allowed_origin_may_read_responses_and_errors(string path, int status)
    {
        var answer = await AskAsync("GET", path, $"Origin: {Allowed}\r\n");
        Assert.Equal((status, Allowed), (answer.Status, answer.Header("Access-Control-Allow-Origin")));
        Assert.Contains("Location", answer.Header("Access-Control-Expose-Headers"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("OPTIONS", "/stock/item/create/1", Other, 405)]
    [InlineData("GET", "/stock/find/unknown", Other, 404)]
    [InlineData("GET", "/stock/find/unknown", null, 404)]
    [InlineData("GET", "/stock/find/unknown", "https://partner.example.evil", 404)]
    [InlineData("GET", "/admin/login", Allowed, 302)]
    [InlineData("GET", "/admin", Allowed, 200)]
    public async Task Other_scripts_may_not_and_none_may_read_operator_pages(string method, string path, string? origin, int status)
    {
        var answer = await AskAsync(method, path, (origin is null ? "" : $"Origin: {origin}\r\n") + "Access-Control-Request-Method: POST\r\n");
        Assert.Equal(status, answer.Status);
        Assert.Null(answer.Header("Access-Control-Allow-Origin"));
    }

    private Task<RawAnswer> AskAsync(string method, string path, string headers) => RawConnection.AskAsync(cluster.Cluster.App.GetEndpoint("gateway"),
        $"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n", parts: TimeSpan.FromSeconds(1));
}
