using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Tests.Cluster;

/// <summary>Calls <c>/products</c>, and deletes the products it created when disposed.</summary>
/// <param name="service">The gateway or Stock.Api.</param>
/// <param name="from">The client's IP address, or null for the default.</param>
internal sealed class ProductClient(Uri service, string? from = null) : IAsyncDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { ConnectCallback = (context, ct) => ConnectAsync(context, from, ct) });
    private readonly List<string> _created = [];

    /// <summary>A complete response.</summary>
    internal sealed record Answer(
        HttpStatusCode Status, string? MediaType, byte[] Bytes, string? Tag, string? Location, string? Challenge, HttpResponseHeaders Headers)
    {
        public string Body => Encoding.UTF8.GetString(Bytes);

        public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Body);

        public string? Problem => MediaType == "application/problem+json" ? Json.GetProperty("type").GetString()!["urn:shop:problem:".Length..] : null;
    }

    public Task<Answer> SendAsync(string method, string path, string? body = null, string? key = null, string? match = null, string? authorization = null,
        string mediaType = "application/json") =>
        SendAsync(method, $"/products{path}", body is null ? null : Encoding.UTF8.GetBytes(body), key, match, authorization, mediaType);

    public Task<Answer> SendAsync(string method, string path, byte[] body, string mediaType) =>
        SendAsync(method, $"/products{path}", body, null, null, null, mediaType);

    public Task<Answer> SendRawAsync(string method, string path, string body) =>
        SendAsync(method, path, Encoding.UTF8.GetBytes(body), null, null, null, "application/json");

    /// <summary>Creates a product and returns its id.</summary>
    public async Task<string> CreateAsync(string name, long price, long stock = 0, string state = "active")
    {
        var answer = await SendAsync("POST", "", JsonSerializer.Serialize(new { name, price, stock, state }));
        Assert.True(answer.Status == HttpStatusCode.Created, answer.Body);
        return answer.Json.GetProperty("item_id").GetString()!;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var path in _created) await SendAsync("DELETE", path["/products".Length..]);
        _created.Clear();
    }

    private async Task<Answer> SendAsync(string method, string path, byte[]? body, string? key, string? match, string? authorization, string mediaType)
    {
        var uri = new Uri($"{service.Scheme}://{service.Authority}{path}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(new HttpMethod(method), uri);
        if (body is not null) request.Content = new ByteArrayContent(body) { Headers = { ContentType = mediaType.Length > 0 ? new(mediaType) : null } };
        request.Headers.ExpectContinue = body?.Length > 100_000; // a body that is too large is then not sent
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        if (match is not null) request.Headers.TryAddWithoutValidation("If-Match", match);
        if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization);
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        var bytes = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        if (response.StatusCode == HttpStatusCode.Created) _created.Add(response.Headers.Location!.OriginalString);
        return new(response.StatusCode, response.Content.Headers.ContentType?.MediaType, bytes, response.Headers.ETag?.ToString(),
            response.Headers.Location?.OriginalString, response.Headers.WwwAuthenticate.SingleOrDefault()?.ToString(), response.Headers);
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, string? from, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (from is not null) socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
