using Microsoft.Extensions.Configuration;

namespace ServiceDefaults;

/// <summary>
/// <c>PROGRAM --health URL</c> checks the health of a running service and exits with code 0 for a success status, or else 1. For health checks inside
/// containers whose image has neither a shell nor curl.
/// </summary>
internal static class HealthProbe
{
    private static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(4);

    public static void RunIfAsked(IConfiguration configuration)
    {
        if (configuration["health"] is { Length: > 0 } url) Environment.Exit(IsHealthy(url) ? 0 : 1);
    }

    private static bool IsHealthy(string url)
    {
        try
        {
            using var client = new HttpClient { Timeout = TimeMax };
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            using var response = client.Send(request, HttpCompletionOption.ResponseHeadersRead);
            return response.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or InvalidOperationException or UriFormatException)
        {
            return false;
        }
    }
}
