using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using ServiceDefaults;

namespace Tests.Unit.ServiceDefaults;

[Trait("Category", "Unit")]
public sealed class RequestIdTests
{
    [Theory]
    [InlineData("5f0c7d127b0d4d0f8a3ce8b8b8f4f7a1", "5f0c7d127b0d4d0f8a3ce8b8b8f4f7a1")]
    [InlineData("a\nforged line", "kestrel's")]
    [InlineData("", "kestrel's")]
    [InlineData(null, "kestrel's")]
    public Task The_gateways_id_is_the_requests_id(string? header, string identifier) => AssertIdentifierAsync(header, identifier);

    [Fact]
    public Task An_id_that_is_too_long_is_ignored() => AssertIdentifierAsync(new string('a', 65), "kestrel's");

    private static async Task AssertIdentifierAsync(string? header, string identifier)
    {
        await using var services = new ServiceCollection().BuildServiceProvider();
        var app = new ApplicationBuilder(services);
        app.UseRequestId();
        app.Run(static _ => Task.CompletedTask);
        var context = new DefaultHttpContext { RequestServices = services, TraceIdentifier = "kestrel's" };
        if (header is not null) context.Request.Headers["X-Request-Id"] = header;

        await app.Build()(context);

        Assert.Equal(identifier, context.TraceIdentifier);
    }
}
