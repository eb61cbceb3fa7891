using AppHost;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;

namespace Tests.Unit.Gateway;

[Trait("Category", "Unit")]
public sealed class NginxGatewayTests
{
    private static readonly string Configuration = Configure(GatewayLimits.None);

    private static string Configure(GatewayLimits limits, params string[] origins) => NginxGateway.Configuration("8000",
    [
        new(new ProjectResource("order"), ["/orders/find/", "/orders/checkout/", "/orders/batch_init/"], "/orders", CostlyPaths: ["/orders/batch_init"]),
        new(new ProjectResource("order"), ["/orders/health"], "/orders"),
        new(new ProjectResource("order"), ["/orders/openapi/v1.json"], "/orders", IsCompressed: true, ApiPrefix: "/orders"),
        new(new ProjectResource("customer"), ["/customers", "/stress"], "", BodyMegabytesMax: 16, CostlyPaths: ["/customers/batch", "/stress"],
            IsCompressed: true),
        new(new ProjectResource("order-history"), ["/admin"], "", BodyMegabytesMax: 8, Access: GatewayAccess.ThisMachine),
        new(new ProjectResource("order"), ["/products"], "", ChangeAccess: GatewayAccess.ThisMachine),
        new(new ProjectResource("order-history"), ["/secret"], "", Access: GatewayAccess.Nobody),
        new(new ProjectResource("order-history"), ["/"], "", ArePages: true),
    ], new Dictionary<string, string>
    {
        ["services__order__http__1"] = "http://localhost:7002",
        ["services__order__http__0"] = "http://localhost:7001",
        ["services__order__https__0"] = "https://localhost:7443",
        ["services__order-history__http__0"] = "http://history.example:7003",
        ["ORDER_HTTP"] = "http://localhost:7001",
    }, limits, new(origins));

    [Fact]
    public void Every_replica_of_a_service_and_no_other_is_its_upstream()
    {
        Assert.Equal(["server 127.0.0.1:7001 max_fails=3 fail_timeout=1s;", "server 127.0.0.1:7002 max_fails=3 fail_timeout=1s;"], ServersOf("order"));
        Assert.Equal(["server history.example:7003 max_fails=3 fail_timeout=1s;"], ServersOf("order-history"));
    }

    [Theory]
    [InlineData("    location ^~ /orders/find/ { proxy_read_timeout 10s; proxy_pass http://order/find/; }\n")]
    [InlineData("    location ^~ /orders/checkout/ { proxy_read_timeout 10s; proxy_pass http://order/checkout/; }\n")]
    [InlineData("    location ~* ^/admin(/|$) { client_max_body_size 8m; allow 127.0.0.1; deny all; "
        + "proxy_pass http://order-history; }\n")]
    [InlineData("    location /products { limit_except GET { allow 127.0.0.1; deny all; } proxy_read_timeout 10s; "
        + "proxy_pass http://order/products; }\n")]
    [InlineData("    location ~* ^/secret(/|$) { return 404; }\n")]
    [InlineData("    location = /orders/health { proxy_read_timeout 10s; proxy_pass http://order/health; }\n")]
    [InlineData("    location / { gzip on; proxy_pass http://order-history/; }\n")]
    [InlineData("    listen 8000 ")]
    [InlineData("    location ~* /internal(/|\\.json$|$) { return 404; }\n")]
    public void A_path_goes_to_its_service_without_the_prefix(string line) => Assert.Contains(line, Configuration, StringComparison.Ordinal);

    [Fact]
    public void A_body_has_the_limit_of_its_route_or_a_megabyte()
    {
        Assert.Contains("    location /customers { client_max_body_size 16m; gzip on; proxy_pass http://customer/customers; }\n", Configuration,
            StringComparison.Ordinal);
        Assert.Contains("    location /stress { client_max_body_size 16m; gzip on; proxy_pass http://customer/stress; }\n", Configuration,
            StringComparison.Ordinal);
        Assert.Equal(["1m", "16m", "16m", "8m"], Configuration.Split("client_max_body_size ").Skip(1).Select(rest => rest.Split(';')[0]));
    }

    [Fact]
    public void No_placeholder_of_the_template_is_left()
    {
        foreach (var text in (string[])[Configuration, Configure(GatewayLimits.Deployed.BehindIngress, "https://a.example")])
        {
            Assert.DoesNotContain('%', text);
            Assert.Equal(text.Count(c => c == '{'), text.Count(c => c == '}'));
        }
    }

    [Fact]
    public void A_run_has_no_limit_of_rates_or_connections()
        => Assert.All(["limit_req", "limit_conn"], directive => Assert.DoesNotContain(directive, Configuration, StringComparison.Ordinal));

    [Fact]
    public void A_deployment_limits_pages_and_costly_paths_and_a_checkout_by_its_connections_only()
    {
        var text = Configure(new(PagesPerSecond: 20, CostlyPerSecond: 3, Connections: 50));
        Assert.Equal(
        [
            "limit_req_zone $binary_remote_addr zone=pages:10m rate=20r/s;",
            "map $uri $costly { default \"\"; \"~*^(/orders/batch_init|/customers/batch|/stress)(/|$)\" $binary_remote_addr; }",
            "limit_req_zone $costly zone=costly:10m rate=3r/s;",
        ], text.Split('\n', StringSplitOptions.TrimEntries).Where(line => line.Contains("limit_req_zone", StringComparison.Ordinal)
            || line.StartsWith("map $uri ", StringComparison.Ordinal)));
        foreach (var location in (string[])
        [
            "    location ^~ /orders/checkout/ { proxy_read_timeout 10s; proxy_pass http://order/checkout/; }\n",
            "    location ^~ /orders/batch_init/ { limit_req zone=costly burst=12 nodelay; proxy_pass http://order/batch_init/; }\n",
            "    location /customers { client_max_body_size 16m; limit_req zone=costly burst=12 nodelay; gzip on; proxy_pass http://customer/customers; }\n",
            "    location / { limit_req zone=pages burst=40 nodelay; gzip on; proxy_pass http://order-history/; }\n",
            "    limit_conn connections 50;\n",
        ]) Assert.Contains(location, text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_client_is_the_address_that_a_trusted_proxy_reports()
    {
        Assert.DoesNotContain("real_ip", Configure(GatewayLimits.Deployed), StringComparison.Ordinal);
        var text = Configure(GatewayLimits.Deployed with { TrustedProxies = "192.0.2.1, 2001:db8::/32" });
        Assert.Contains("  set_real_ip_from 192.0.2.1;\n  set_real_ip_from 2001:db8::/32;\n  real_ip_header X-Forwarded-For;\n", text,
            StringComparison.Ordinal);
        Assert.Contains("  set_real_ip_from 10.0.0.0/8;\n", Configure(GatewayLimits.Deployed.BehindIngress), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PagesPerSecond", "-1")]
    [InlineData("CostlyPerSecond", "many")]
    [InlineData("Connections", "1000001")]
    [InlineData("TrustedProxies", "10.0.0.0/8; evil")]
    public void An_invalid_limit_is_reported(string name, string value)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new($"Gateway:Limits:{name}", value)]).Build();
        var error = Assert.Throws<DistributedApplicationException>(() => GatewayLimits.Read(configuration, GatewayLimits.Deployed));
        Assert.Contains($"Gateway:Limits:{name}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Configuration_overrides_defaults()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Gateway:Limits:Connections", "0")]).Build();
        Assert.Equal(GatewayLimits.Deployed with { Connections = 0 }, GatewayLimits.Read(configuration, GatewayLimits.Deployed));
    }

    /// <summary>A location with its own add_header inherits none, so that of a document must repeat all of them.</summary>
    [Fact]
    public void A_document_knows_its_prefix_and_loses_no_header()
        => Assert.Contains("    location = /orders/openapi/v1.json { proxy_read_timeout 10s; gzip on; proxy_set_header Connection \"\"; "
            + "proxy_set_header Host $service_host; proxy_set_header X-Request-Id $request_id; proxy_set_header X-Forwarded-Proto $client_scheme; "
            + "proxy_set_header X-Forwarded-Prefix \"/orders\"; "
            + "proxy_pass http://order/openapi/v1.json; }\n", Configuration, StringComparison.Ordinal);

    [Fact]
    public void Without_origins_there_is_no_directive_for_them()
        => Assert.All(["cors", "Access-Control", "add_header_inherit"], text => Assert.DoesNotContain(text, Configuration, StringComparison.Ordinal));

    [Fact]
    public void Only_the_configured_origins_are_answered_and_never_on_operator_paths()
    {
        var text = Configure(GatewayLimits.None, "https://a.example", "http://localhost:5173");
        Assert.Contains("  map $http_origin $cors_origin {\n    \"https://a.example\" $http_origin;\n    \"http://localhost:5173\" $http_origin;\n"
            + "    default \"\";\n  }\n", text, StringComparison.Ordinal);
        Assert.Contains("add_header_inherit off; proxy_pass http://order-history; }\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Access-Control-Allow-Credentials", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("*")]
    [InlineData("https://a.example/")]
    [InlineData("https://a.example, null")]
    [InlineData("https://a.example\"; }")]
    public void An_invalid_origin_is_reported(string value)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Gateway:AllowedOrigins", value)]).Build();
        var error = Assert.Throws<DistributedApplicationException>(() => GatewayCors.Read(configuration));
        Assert.Contains("Gateway:AllowedOrigins", error.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<string> ServersOf(string service) => Configuration
        .Split($"upstream {service} {{")[1].Split('}')[0].Split('\n', StringSplitOptions.TrimEntries)
            .Where(line => line.StartsWith("server ", StringComparison.Ordinal));
}
