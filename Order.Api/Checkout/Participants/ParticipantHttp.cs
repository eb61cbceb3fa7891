using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Order.Api.Checkout.Saga;
using ServiceDefaults;

namespace Order.Api.Checkout.Participants;

/// <summary>Calls that carry a batch to a participant. No retries here: the saga asks again, under the same keys.</summary>
internal static class ParticipantHttp
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    /// <summary>Adds the HTTP client of a participant, found under its name. A call without an answer for <see cref="SagaLimits.CallTimeMax"/> ends.</summary>
    public static void AddParticipant(this IServiceCollection services, string name) => services
        .AddHttpClient(name, client => (client.BaseAddress, client.Timeout) = (new($"http://{name}"), SagaLimits.CallTimeMax))
        .RemoveResilience();

    /// <summary>Posts a batch.</summary>
    /// <exception cref="HttpRequestException">No connection, or an answer that is no success.</exception>
    /// <exception cref="TimeoutException">No answer within <see cref="SagaLimits.CallTimeMax"/>.</exception>
    public static async Task<TAnswer> PostBatchAsync<TBody, TAnswer>(
        this HttpClient http, string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<TAnswer> answerType)
    {
        try
        {
            // In one piece each way: sent and parsed as they come, pieces wake a thread each.
            using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, bodyType)) { Headers = { ContentType = Json } };
            using var response = await http.PostAsync(path, content);
            response.EnsureSuccessStatusCode();
            return JsonSerializer.Deserialize(await response.Content.ReadAsByteArrayAsync(), answerType)
                ?? throw new HttpRequestException($"{path} answered null.");
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"{path} did not answer in time.", e);
        }
    }
}
