using System.Text.Json.Serialization.Metadata;

namespace Order.Api.Checkout;

/// <summary>Calls that carry a batch to a participant. No retries here: the saga asks again, under the same keys.</summary>
internal static class ParticipantHttp
{
    /// <summary>Posts a batch.</summary>
    /// <exception cref="HttpRequestException">No connection, or an answer that is no success.</exception>
    /// <exception cref="TimeoutException">No answer within <see cref="SagaLimits.CallTimeMax"/>.</exception>
    public static async Task<TAnswer> PostBatchAsync<TBody, TAnswer>(
        this HttpClient http, string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<TAnswer> answerType)
    {
        using var timeout = new CancellationTokenSource(SagaLimits.CallTimeMax);
        try
        {
            using var response = await http.PostAsJsonAsync(path, body, bodyType, timeout.Token);
            response.EnsureSuccessStatusCode();
            return await response.Content.ReadFromJsonAsync(answerType, timeout.Token) ?? throw new HttpRequestException($"{path} answered null.");
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"{path} did not answer in time.", e);
        }
    }
}
