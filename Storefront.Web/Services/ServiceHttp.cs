using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using ServiceKit.Idempotency;

namespace Storefront.Web.Services;

/// <summary>Calls the other services. Every POST either has an idempotency key or is idempotent itself, so it can be retried.</summary>
internal static class ServiceHttp
{
    private const string ProblemPrefix = "urn:shop:problem:";

    private static readonly TimeSpan TotalTimeMax = TimeSpan.FromSeconds(20);

    /// <summary>Adds a named HTTP client for a service; service discovery resolves the same name.</summary>
    public static void AddService(this IServiceCollection services, string name) =>
        services.AddHttpClient(name, client => (client.BaseAddress, client.Timeout) = (new($"http://{name}"), TotalTimeMax));

    /// <summary>Sends a GET; returns null for 404.</summary>
    /// <exception cref="HttpRequestException">No connection, or a status that is neither 200 nor 404.</exception>
    public static async Task<T?> FindAsync<T>(this HttpClient http, string path, CancellationToken cancellationToken) where T : class
    {
        using var response = await http.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound) return null;
        return await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<T>(cancellationToken);
    }

    /// <summary>Sends a POST, with an idempotency key unless it is null.</summary>
    /// <returns>The response body, or the refusal (4xx with one of the shop's problem types).</returns>
    /// <exception cref="HttpRequestException">No connection or any other status: the outcome is unknown.</exception>
    public static async Task<(T? Answer, Refusal? Refusal)> PostAsync<T>(
        this HttpClient http, string path, string? key, object? body, CancellationToken cancellationToken) where T : class
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative));
        if (key is not null) request.Headers.Add(IdempotencyKey.Header, key);
        if (body is not null) request.Content = JsonContent.Create(body);
        using var response = await http.SendAsync(request, cancellationToken);
        if (response.StatusCode is >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError
            && await ReadNameAsync(response, cancellationToken) is { } name) return (null, new Refusal(name));
        return (await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<T>(cancellationToken), null);
    }

    // Null: the response is not from one of the shop's services, so it is unknown whether the request was processed.
    private static async Task<string?> ReadNameAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            var type = (await response.Content.ReadFromJsonAsync<ProblemType>(cancellationToken))?.Type ?? "";
            return type.StartsWith(ProblemPrefix, StringComparison.Ordinal) ? type[ProblemPrefix.Length..] : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record ProblemType([property: JsonPropertyName("type")] string? Type);
}
