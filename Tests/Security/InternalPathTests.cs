using Aspire.Hosting.Testing;
using Tests.Cluster;

namespace Tests.Security;

/// <summary>Clients cannot reach internal endpoints with any spelling of a path. Uses raw sockets, because HTTP clients normalize paths.</summary>
[Collection(SharedCluster.Name), Trait("Category", "Cluster")]
public sealed class InternalPathTests(ClusterFixture cluster)
{
    private const int LimitMs = 180_000, WaysForEachWord = 12;

    /// <summary>The gateway treats all of 127.0.0.0/8 except 127.0.0.1 as remote.</summary>
    private const string Elsewhere = "127.0.0.2";

    /// <summary>{0} is a routed prefix, {1} the word that must not get through, and {2} the rest of the path.</summary>
    private static readonly string[] Spellings =
    [
        "{0}/{1}{2}", "{0}//{1}//{2}", "//{0}/{1}{2}", "{0}/./{1}{2}", "{0}/a/../{1}{2}", "{0}/%2e/{1}{2}", "{0}/a/%2e%2e/{1}{2}", "{0}/a/%2E./{1}{2}",
        "{0}/%252e%252e/{1}{2}", "{0}/{1}{2}/", "{0}/{1}{2}?", "{0}/{1}{2}?a=/b", "{0}/{1}{2}#", "{0}/{1}{2}#/a", "{0}/{1}%23{2}", "{0}%2F{1}{2}",
        "{0}/%2F{1}{2}",
        "{0}/{1}%2F{2}", "{0}%252F{1}{2}", "{0}/{1};{2}", "{0}/{1};a=b{2}", "{0};/{1}{2}", "{0}/;/{1}{2}", "{0}/..;/{1}{2}", "{0}/a/..;/{1}{2}",
        "{0}/{1}%3B{2}",
        "{0}/{1}%00{2}", "{0}/{1}{2}%00", "{0}/%00/../{1}{2}", "{0}/{1}\0{2}", "{0}\\{1}\\{2}", "{0}/a\\..\\{1}{2}", "{0}%5C{1}{2}", "{0}/a/..%5c{1}{2}",
        "{0}/x#/../{1}{2}", "{0}#/../{1}{2}", "{0}/x%23/../{1}{2}", "{0}/x?/../{1}{2}", "{0}/x#/../../../{1}{2}", "{0}/x#//{1}{2}", "{0}/x#/%2e%2e/{1}{2}",
        "http://h{0}/{1}{2}", "http://h{0}/x/../{1}{2}", "HTTP://H:80{0}//{1}{2}", "https://h{0}/x#/../{1}{2}", "http://{1}/{1}{2}", "http:{0}/{1}{2}",
        "{0}/{1}%20{2}", "{0}/%09{1}{2}", "{0}/{1}.{2}", "{0}/{1}{2}.", "{0}/%C0%AE%C0%AE/{1}{2}", "{0}%C0%AF{1}{2}", "{0}/%EF%BC%8F{1}{2}",
        "{0}/\u00E4/../{1}{2}",
        "{0}/{1}{2}%", "{0}/%u002e/{1}{2}", "*", "{1}{2}",
    ];

    /// <summary>Headers that some servers use as the path or the client's address.</summary>
    private static readonly string[] Headers =
    [
        "X-Original-URL: /internal/figures", "X-Rewrite-URL: /admin", "X-Forwarded-Prefix: /admin", "X-Forwarded-For: 127.0.0.1", "X-Real-IP: 127.0.0.1",
        "Forwarded: for=127.0.0.1;host=localhost", "Host: localhost", "X-HTTP-Method-Override: POST", "Connection: close, X-Forwarded-For", "Upgrade: h2c",
    ];

    private Uri Gateway => cluster.Cluster.App.GetEndpoint("gateway");

    [Theory(Timeout = LimitMs)]
    [InlineData("stock-api", "/stock", "/catalog")]
    [InlineData("stock-api", "/stock", "/figures")]
    [InlineData("payment-api", "/payment", "/audit/books")]
    [InlineData("order-api", "/orders/find", "/sagas")]
    [InlineData("order-api", "/orders", "/reconciliation")]
    [InlineData("stock-api", "/products", "/identity")]
    [InlineData("customer-api", "/customers", "/figures")]
    [InlineData("customer-api", "/stress", "/figures")]
    [InlineData("storefront", "", "/figures")]
    public async Task Internal_endpoints_are_not_reached(string service, string prefix, string rest)
    {
        var direct = await RawConnection.AskAsync(cluster.Cluster.App.GetEndpoint(service), Get($"/internal{rest}"));
        Assert.Equal(200, direct.Status);
        foreach (var target in Targets(prefix, "internal", rest)) await AssertKeptAsync(target, direct, "127.0.0.1");
    }

    [Theory(Timeout = LimitMs)]
    [InlineData("")]
    [InlineData("/login")]
    [InlineData("/reset")]
    [InlineData("/products")]
    [InlineData("/users")]
    public async Task Operator_pages_are_not_reached_from_other_machines(string page)
    {
        var direct = await RawConnection.AskAsync(cluster.Cluster.App.GetEndpoint("storefront"), Get($"/admin{page}"));
        Assert.True(direct.Status is 200 or 302, direct.Head);
        foreach (var target in Targets("", "admin", page)) await AssertKeptAsync(target, direct, Elsewhere);
        foreach (var header in Headers) await AssertKeptAsync($"/admin{page}", direct, Elsewhere, header);
    }

    [Fact(Timeout = LimitMs)]
    public async Task A_fragment_never_reaches_a_service()
    {
        var trap = await RawConnection.AskAsync(Gateway, Get("/health_check#/../no-such-page"));
        Assert.Equal(200, trap.Status);
    }

    private static IEnumerable<string> Targets(string prefix, string word, string rest)
    {
        string[] words =
        [
            word, word.ToUpperInvariant(), char.ToUpperInvariant(word[0]) + word[1..], $"%{(int)word[0]:x2}{word[1..]}", $"%25{(int)word[0]:x2}{word[1..]}",
            string.Concat(word.Select(letter => $"%{(int)letter:X2}")), word.Replace("i", "%C4%B1", StringComparison.Ordinal),
            word.Replace("n", "%EF%BD%8E", StringComparison.Ordinal),
        ];
        return Spellings.Select(spelling => string.Format(null, spelling, prefix, word, rest))
            .Concat(from one in words.Skip(1) from spelling in Spellings.Take(WaysForEachWord) select string.Format(null, spelling, prefix, one, rest));
    }

    private static string Get(string target, string header = "X-A: b") => $"GET {target} HTTP/1.1\r\nHost: shop\r\n{header}\r\nConnection: close\r\n\r\n";

    // The response must differ from the service's own. The path ends before # and ?: the part before them is requested, and may exist.
    private async Task AssertKeptAsync(string target, RawAnswer direct, string from, string header = "X-A: b")
    {
        var answer = await RawConnection.AskAsync(Gateway, Get(target, header), from);
        // nginx itself redirects with 301: the part before # is the prefix without its slash.
        Assert.True(answer.Status is 400 or 404 or 405 || ((target.Contains('#') || target.Contains('?')) && answer.Status is 200 or 301),
            $"{target} {header}: {answer.Head}\n{answer.Body}");
        if (answer.Status == 200) Assert.NotEqual(Shape(direct), Shape(answer));
    }

    // Compares the names in JSON and the headings of pages, because values change every second.
    private static string Shape(RawAnswer answer)
    {
        var heading = answer.Body.IndexOf("<h1", StringComparison.Ordinal);
        if (heading >= 0) return answer.Body[heading..answer.Body.IndexOf("</h1>", heading, StringComparison.Ordinal)];
        var names = answer.Body.Split('"').Where((_, i) => i % 2 == 1).Take(1);
        return string.Join(' ', names);
    }
}
