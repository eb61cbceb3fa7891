extern alias StorefrontWeb;

using System.Net;
using System.Text;
using StorefrontWeb::Storefront.Web.Services;

namespace Tests.Unit.Storefront;

[Trait("Category", "Unit")]
public sealed class ServiceHttpTests
{
    [Fact]
    public async Task A_problem_document_of_the_shop_is_a_rejection()
    {
        var (answer, refusal) = await PostAsync(HttpStatusCode.BadRequest, """{"type":"urn:shop:problem:out-of-stock"}""");
        Assert.Null(answer);
        Assert.Equal("out-of-stock", refusal?.Name);
    }

    /// <summary>An error from a proxy, for example: the service may have executed the request, so it must not be reported as failed.</summary>
    [Theory]
    [InlineData(HttpStatusCode.BadRequest, "")]
    [InlineData(HttpStatusCode.NotFound, "<html>")]
    [InlineData(HttpStatusCode.Conflict, "{}")]
    [InlineData(HttpStatusCode.TooManyRequests, """{"type":"about:blank"}""")]
    [InlineData(HttpStatusCode.InternalServerError, """{"type":"urn:shop:problem:internal-error"}""")]
    public async Task Any_other_failure_has_no_outcome(HttpStatusCode status, string body) =>
        Assert.Equal(status, (await Assert.ThrowsAsync<HttpRequestException>(() => PostAsync(status, body))).StatusCode);

    private static async Task<(object? Answer, Refusal? Refusal)> PostAsync(HttpStatusCode status, string body)
    {
        using var http = new HttpClient(new Answering(status, body)) { BaseAddress = new("http://order-api") };
        return await http.PostAsync<object>("/checkout/1", null, null, TestContext.Current.CancellationToken);
    }

    private sealed class Answering(HttpStatusCode status, string body) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(status) { Content = new StringContent(body, Encoding.UTF8, "application/problem+json") });
    }
}
