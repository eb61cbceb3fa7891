using AppHost;
using Aspire.Hosting.ApplicationModel;

namespace Tests.Unit.Gateway;

[Trait("Category", "Unit")]
public sealed class NginxGatewayTests
{
    private static readonly string Configuration = NginxGateway.Configuration("8000",
    [
        new(new ProjectResource("order"), ["/orders/find/", "/orders/checkout/"], "/orders"),
        new(new ProjectResource("customer"), ["/customers", "/stress"], "", BodyMegabytesMax: 16),
        new(new ProjectResource("order-history"), ["/admin"], "", Access: GatewayAccess.ThisMachine),
        new(new ProjectResource("order-history"), ["/secret"], "", Access: GatewayAccess.Nobody),
        new(new ProjectResource("order-history"), ["/"], ""),
    ], new Dictionary<string, string>
    {
        ["services__order__http__1"] = "http://localhost:7002",
        ["services__order__http__0"] = "http://localhost:7001",
        ["services__order__https__0"] = "https://localhost:7443",
        ["services__order-history__http__0"] = "http://history.example:7003",
        ["ORDER_HTTP"] = "http://localhost:7001",
    });

    [Fact]
    public void Every_replica_of_a_service_and_no_other_is_its_upstream()
    {
        Assert.Equal(["server 127.0.0.1:7001 max_fails=3 fail_timeout=1s;", "server 127.0.0.1:7002 max_fails=3 fail_timeout=1s;"], ServersOf("order"));
        Assert.Equal(["server history.example:7003 max_fails=3 fail_timeout=1s;"], ServersOf("order-history"));
    }

    [Theory]
    [InlineData("    location ^~ /orders/find/ { proxy_pass http://order/find/; }\n")]
    [InlineData("    location ^~ /orders/checkout/ { proxy_pass http://order/checkout/; }\n")]
    [InlineData("    location ~* ^/admin(/|$) { allow 127.0.0.1; deny all; error_page 403 = @unknown; proxy_pass http://order-history; }\n")]
    [InlineData("    location ~* ^/secret(/|$) { return 404; }\n")]
    [InlineData("    location / { proxy_pass http://order-history; }\n")]
    [InlineData("    listen 8000 ")]
    [InlineData("    location ~* /internal(/|$) { return 404; }\n")]
    public void A_path_goes_to_its_service_without_the_prefix(string line) => Assert.Contains(line, Configuration, StringComparison.Ordinal);

    [Fact]
    public void A_body_is_as_large_as_its_routes_say_and_a_megabyte_elsewhere()
    {
        Assert.Contains("    location /customers { client_max_body_size 16m; proxy_pass http://customer; }\n", Configuration, StringComparison.Ordinal);
        Assert.Contains("    location /stress { client_max_body_size 16m; proxy_pass http://customer; }\n", Configuration, StringComparison.Ordinal);
        Assert.Equal(["1m", "16m", "16m"], Configuration.Split("client_max_body_size ").Skip(1).Select(rest => rest.Split(';')[0]));
    }

    [Fact]
    public void Nothing_of_the_template_is_left_open()
    {
        Assert.DoesNotContain('%', Configuration);
        Assert.Equal(Configuration.Count(c => c == '{'), Configuration.Count(c => c == '}'));
    }

    private static IEnumerable<string> ServersOf(string service) => Configuration
        .Split($"upstream {service} {{")[1].Split('}')[0].Split('\n', StringSplitOptions.TrimEntries)
            .Where(line => line.StartsWith("server ", StringComparison.Ordinal));
}
