namespace Aspire.Hosting.ApplicationModel;

/// <summary>Options of a command that sends an HTTP request.</summary>
public class HttpCommandOptions : CommandOptions
{
    /// <summary>The method; POST unless given.</summary>
    public HttpMethod? Method { get; set; }

    /// <summary>Completes the request before it is sent.</summary>
    public Func<HttpCommandRequestContext, Task>? PrepareRequest { get; set; }

    /// <summary>Makes the result from the response; unless given, a 2xx is a success and all else a failure.</summary>
    public Func<HttpCommandResultContext, Task<ExecuteCommandResult>>? GetCommandResult { get; set; }
}

/// <summary>A request that a command is about to send.</summary>
public sealed class HttpCommandRequestContext
{
    /// <summary>The host's services.</summary>
    public required IServiceProvider ServiceProvider { get; init; }

    /// <summary>The id of the instance.</summary>
    public required string ResourceName { get; init; }

    /// <summary>The endpoint.</summary>
    public required EndpointReference Endpoint { get; init; }

    /// <summary>Cancelled when nobody waits for the command any longer.</summary>
    public required CancellationToken CancellationToken { get; init; }

    /// <summary>The client that will send it.</summary>
    public required HttpClient HttpClient { get; init; }

    /// <summary>The request.</summary>
    public required HttpRequestMessage Request { get; init; }
}

/// <summary>A response that a command received.</summary>
public sealed class HttpCommandResultContext
{
    /// <summary>The host's services.</summary>
    public required IServiceProvider ServiceProvider { get; init; }

    /// <summary>The id of the instance.</summary>
    public required string ResourceName { get; init; }

    /// <summary>The endpoint.</summary>
    public required EndpointReference Endpoint { get; init; }

    /// <summary>Cancelled when nobody waits for the command any longer.</summary>
    public required CancellationToken CancellationToken { get; init; }

    /// <summary>The client that received it.</summary>
    public required HttpClient HttpClient { get; init; }

    /// <summary>The response.</summary>
    public required HttpResponseMessage Response { get; init; }
}
