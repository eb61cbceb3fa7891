using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Order.Api.Checkout.Saga;
using ServiceDefaults;

namespace Order.Api.Checkout.Participants;

/// <summary>Sends batches to a participant. There are no retries here: the saga retries with the same keys.</summary>
internal static class ParticipantHttp
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    /// <summary>Adds a participant's HTTP client; its name is also its host name. Calls time out after <see cref="SagaLimits.CallTimeMax"/>.</summary>
    public static void AddParticipant(this IServiceCollection services, string name) => services
        .AddHttpClient(name, client => (client.BaseAddress, client.Timeout) = (new($"http://{name}"), SagaLimits.CallTimeMax))
        .RemoveResilience();

    /// <exception cref="HttpRequestException">The connection failed, or the status is not a success.</exception>
    /// <exception cref="TimeoutException">No response within <see cref="SagaLimits.CallTimeMax"/>.</exception>
    public static async Task<TAnswer> PostBatchAsync<TBody, TAnswer>(
        this HttpClient http, string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<TAnswer> answerType)
    {
        try
        {
            // Buffered in both directions: streaming would wake a thread for each chunk.
            using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, bodyType)) { Headers = { ContentType = Json } };
            using var response = await http.PostAsync(path, content);
            response.EnsureSuccessStatusCode();
            return JsonSerializer.Deserialize(await response.Content.ReadAsByteArrayAsync(), answerType)
                ?? throw new HttpRequestException($"The response of {path} is null.");
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"{path} timed out.", e);
        }
    }
}
