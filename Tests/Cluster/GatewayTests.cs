using System.Net;
using Aspire.Hosting.Testing;

namespace Tests.Cluster;

[Collection(SharedCluster.Name), Trait("Category", "Cluster")]
public sealed class GatewayTests(ClusterFixture cluster)
{
    /// <summary>Internal endpoints must not be reachable from outside, whatever the spelling of the path.</summary>
    [Theory]
    [InlineData("/stock/internal/reservations")]
    [InlineData("/stock/internal/prices")]
    [InlineData("/stock/internal/forget")]
    [InlineData("/payment/internal/charges")]
    [InlineData("/stock/INTERNAL/reserve")]
    [InlineData("/stock/Internal/Reserve")]
    [InlineData("/stock/%69nternal/reserve")]
    [InlineData("/stock/%49NTERNAL/reserve")]
    [InlineData("/stock/%2569nternal/reserve")]
    [InlineData("/stock//internal/reservations")]
    [InlineData("/stock/internal//reservations")]
    [InlineData("//stock/internal/reservations")]
    [InlineData("/stock/./internal/reservations")]
    [InlineData("/stock/internal/./reservations")]
    [InlineData("/stock/%2e/internal/reservations")]
    [InlineData("/stock/find/../internal/reservations")]
    [InlineData("/stock/find/%2e%2e/internal/reservations")]
    [InlineData("/orders/find/../../stock/internal/reservations")]
    [InlineData("/stock/internal%2Freserve")]
    [InlineData("/stock%2Finternal%2Freserve")]
    [InlineData("/stock/%2Finternal/reservations")]
    [InlineData("/stock/internal/reservations/")]
    [InlineData("/stock/internal/reservations?x=1")]
    [InlineData("/stock/internal")]
    [InlineData("/stock/internal;/reserve")]
    [InlineData("/internal/reservations")]
    [InlineData("/customers/../stock/internal/reservations")]
    public async Task Internal_endpoints_are_not_reachable(string path)
        => Assert.Equal(HttpStatusCode.NotFound, (await cluster.Shop.SendAsync("POST", path, json: "{}")).Status);

    [Theory]
    [InlineData("/stock/find/a%2Fb")]
    [InlineData("/stock/find/..%2Fopenapi%2Fx")]
    public async Task Escaped_slashes_reach_no_endpoint(string path)
        => Assert.Equal(HttpStatusCode.NotFound, (await cluster.Shop.SendAsync("GET", path)).Status);

    /// <summary>The gateway does not know its public address.</summary>
    [Fact]
    public async Task A_redirect_of_the_gateway_s_own_names_no_host()
    {
        using var handler = new HttpClientHandler { AllowAutoRedirect = false };
        using var client = new HttpClient(handler) { BaseAddress = cluster.Cluster.App.GetEndpoint("gateway") };
        using var answer = await client.GetAsync(new Uri("/stock", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.MovedPermanently, "/stock/"), (answer.StatusCode, answer.Headers.Location?.OriginalString));
    }

    [Fact]
    public async Task A_path_cannot_leave_its_prefix()
        => Assert.Equal(HttpStatusCode.BadRequest, (await cluster.Shop.SendAsync("GET", "/stock/../../etc/passwd")).Status);
}
