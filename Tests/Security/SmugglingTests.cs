using Aspire.Hosting.Testing;
using Tests.Cluster;

namespace Tests.Security;

/// <summary>
/// Request smuggling: if the gateway and a service disagree about the end of a request, the rest becomes a request that the gateway has not checked.
/// </summary>
[Collection(SharedCluster.Name), Trait("Category", "Cluster")]
public sealed class SmugglingTests(ClusterFixture cluster)
{
    private const int LimitMs = 180_000;

    /// <summary>A product that only the internal catalog contains.</summary>
    private const string Marker = "Teapot";

    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(700);

    private static readonly string Inner = "GET /internal/catalog HTTP/1.1\r\nHost: a\r\n\r\n";

    private static readonly string Chunked = "Transfer-Encoding: chunked\r\n";

    /// <summary>Headers and body of a POST.</summary>
    private static readonly Dictionary<string, string> Requests = new()
    {
        ["both, the length longer"] = $"Content-Length: {5 + Inner.Length}\r\n{Chunked}\r\n0\r\n\r\n{Inner}",
        ["both, the other way round"] = $"{Chunked}Content-Length: {5 + Inner.Length}\r\n\r\n0\r\n\r\n{Inner}",
        ["both, the length shorter"] = $"Content-Length: 4\r\n{Chunked}\r\n{Inner.Length:x}\r\n{Inner}\r\n0\r\n\r\n",
        ["folded"] = $"Content-Length: {5 + Inner.Length}\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n{Inner}",
        ["folded under another"] = $"X-A: b\r\n {Chunked}Content-Length: {5 + Inner.Length}\r\n\r\n0\r\n\r\n{Inner}",
        ["folded path"] = "X-A: b\r\n /internal/catalog\r\nContent-Length: 0\r\n\r\n",
        ["space before the colon"] = $"Transfer-Encoding : chunked\r\nContent-Length: {5 + Inner.Length}\r\n\r\n0\r\n\r\n{Inner}",
        ["tab"] = $"Transfer-Encoding:\tchunked\r\nContent-Length: {5 + Inner.Length}\r\n\r\n0\r\n\r\n{Inner}",
        ["vertical tab"] = $"Transfer-Encoding: \vchunked\r\nContent-Length: {5 + Inner.Length}\r\n\r\n0\r\n\r\n{Inner}",
        ["unknown coding"] = $"Transfer-Encoding: xchunked\r\nContent-Length: {5 + Inner.Length}\r\n\r\n0\r\n\r\n{Inner}",
        ["two codings"] = $"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n{Inner}",
        ["coding twice"] = $"{Chunked}Transfer-Encoding: identity\r\n\r\n0\r\n\r\n{Inner}",
        ["underscore"] = $"Transfer_Encoding: chunked\r\nContent-Length: {5 + Inner.Length}\r\n\r\n0\r\n\r\n{Inner}",
        ["two lengths"] = $"Content-Length: 0\r\nContent-Length: {Inner.Length}\r\n\r\n{Inner}",
        ["list of lengths"] = $"Content-Length: 0, {Inner.Length}\r\n\r\n{Inner}",
        ["signed length"] = $"Content-Length: +{Inner.Length}\r\n\r\n{Inner}",
        ["hexadecimal length"] = $"Content-Length: 0x{Inner.Length:x}\r\n\r\n{Inner}",
        ["long length"] = $"Content-Length: 18446744073709551616\r\n\r\n{Inner}",
        ["length is no hop's"] = $"Connection: Content-Length\r\nContent-Length: {Inner.Length}\r\n\r\n{Inner}",
        ["long chunk"] = $"{Chunked}\r\n10000000000000000\r\n\r\n{Inner}",
        ["bare line feed in a chunk"] = $"{Chunked}\r\n0;a\n\n{Inner}",
        ["chunk without end"] = $"{Chunked}\r\n3\r\nabcd\r\n0\r\n\r\n{Inner}",
        ["trailer"] = $"{Chunked}\r\n0\r\nContent-Length: {Inner.Length}\r\n\r\n{Inner}",
        ["expectation"] = $"Expect: 100-continue\r\nContent-Length: {Inner.Length}\r\n\r\n{Inner}",
        ["upgrade"] = $"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\nContent-Length: {Inner.Length}\r\n\r\n{Inner}",
        ["carriage return in a header"] = $"X-A: b\rTransfer-Encoding: chunked\r\nContent-Length: {5 + Inner.Length}\r\n\r\n0\r\n\r\n{Inner}",
        ["null in a header"] = $"X-A: b\0\r\nContent-Length: {Inner.Length}\r\n\r\n{Inner}",
        ["line feed in the path"] = "\r\n",
    };

    public static TheoryData<string> Kinds => [.. Requests.Keys];

    [Theory(Timeout = LimitMs)]
    [MemberData(nameof(Kinds))]
    public async Task A_smuggled_request_gets_no_response(string kind)
    {
        var (gateway, stock) = (cluster.Cluster.App.GetEndpoint("gateway"), cluster.Cluster.App.GetEndpoint("stock-api"));
        Assert.Contains(Marker, (await RawConnection.AskAsync(stock, $"{Inner[..^2]}Connection: close\r\n\r\n")).Body, StringComparison.Ordinal);
        var item = await cluster.Shop.NewItemAsync(7);
        string[] lines = kind == "line feed in the path"
            ? ["POST /stock/find/x%0d%0aGET%20/internal/catalog HTTP/1.1", "POST /stock/find/x\nGET /internal/catalog HTTP/1.1"]
            : [$"POST /stock/add/{item}/0 HTTP/1.1", $"GET /stock/find/{item} HTTP/1.1", $"POST /stock/add/{item}/0 HTTP/1.0"];
        await Task.WhenAll(lines.Select(async line =>
        {
            using var connection = await RawConnection.OpenAsync(gateway);
            await connection.SendAsync($"{line}\r\nHost: shop\r\n{Requests[kind]}");
            Assert.DoesNotContain(Marker, await connection.ReadAsync(Quiet), StringComparison.Ordinal);
        }));

        // Later requests on the gateway's pooled connections to the service do not get the response of another request either.
        for (var i = 0; i < 8; i++) Assert.Equal(7, (await cluster.Shop.GetAsync($"/stock/find/{item}")).GetProperty("price").GetInt64());
    }
}
