using System.Net;
using System.Security.Cryptography;
using System.Text;
using Aspire.Hosting.ApplicationModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Dashboard;

/// <summary>Tells the dashboard about the resources: the gRPC service <c>aspire.v1.DashboardService</c> on a free port of 127.0.0.1, HTTP/2 without TLS.
/// The only client is
/// the dashboard of this application, which gets the key through its environment.</summary>
internal sealed class DashboardServiceHost(ResourceNotificationService notifications, ResourceLoggerService loggers, ResourceCommandService commands,
    IHostEnvironment environment, ILogger<DashboardServiceHost> logger) : IAsyncDisposable
{
    /// <summary>The metadata that each call carries the key in.</summary>
    public const string ApiKeyHeader = "x-resource-service-api-key";

    private const string ServicePath = "/aspire.v1.DashboardService/";
    /// <summary>Calls end at once when told to; what is left then is a connection that does not close.</summary>
    private static readonly TimeSpan StopTimeMax = TimeSpan.FromMilliseconds(500);
    private readonly CancellationTokenSource _stopping = new();
    private WebApplication? _app;
    private Uri? _uri;

    /// <summary>Where the service listens, once it is started.</summary>
    public Uri Uri => _uri ?? throw new InvalidOperationException("The dashboard's resource service is not started.");

    /// <summary>The key that each call needs.</summary>
    public string ApiKey { get; } = RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <summary>Starts to listen.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // The empty builder reads neither environment nor files: ASPNETCORE_URLS and Kestrel's settings are the dashboard's or the user's, not this service's.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = 64;
            kestrel.Limits.MaxRequestBodySize = 1024 * 1024;
            kestrel.Limits.Http2.MaxStreamsPerConnection = 1000; // one for each console log on a page
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        _app = builder.Build();
        _app.Run(HandleAsync);
        await _app.StartAsync(cancellationToken);
        _uri = new Uri(_app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());
    }

    /// <summary>Ends all calls and stops to listen, within a second.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_app is null) return;
        await _stopping.CancelAsync();
        using var limit = new CancellationTokenSource(StopTimeMax);
        await _app.StopAsync(limit.Token);
        await _app.DisposeAsync();
        _app = null;
        _stopping.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        context.Response.ContentType = "application/grpc";
        if (!IsAuthenticated(context.Request))
        {
            Grpc.End(context, Grpc.Status.Unauthenticated, "The API key is missing or wrong.");
            return;
        }
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stopping.Token);
        try
        {
            logger.LogDebug("Dashboard calls {Path}", context.Request.Path);
            var status = await DispatchAsync(context, ended.Token);
            Grpc.End(context, status);
        }
        catch (InvalidDataException e)
        {
            Grpc.End(context, Grpc.Status.InvalidArgument, e.Message);
        }
        catch (Exception e) when (ended.IsCancellationRequested || e is OperationCanceledException) // the host's stop ends all watches, too
        {
            if (!context.RequestAborted.IsCancellationRequested) Grpc.End(context, Grpc.Status.Unavailable, "The application stops.");
        }
        catch (Exception e)
        {
            logger.LogError(e, "A call of the dashboard failed: {Path}", context.Request.Path);
            Grpc.End(context, Grpc.Status.Internal, e.Message);
        }
    }

    private bool IsAuthenticated(HttpRequest request) => request.Headers.TryGetValue(ApiKeyHeader, out var key) && key.Count == 1
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(key.ToString()), Encoding.UTF8.GetBytes(ApiKey));

    private async Task<Grpc.Status> DispatchAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var path = context.Request.Path.Value ?? "";
        switch (path.StartsWith(ServicePath, StringComparison.Ordinal) ? path[ServicePath.Length..] : "")
        {
            case "GetApplicationInformation":
                var information = new Proto.ApplicationInformationResponse { ApplicationName = DisplayName(environment.ApplicationName) };
                await Grpc.WriteAsync(context, information, cancellationToken);
                return Grpc.Status.Ok;
            case "WatchResources":
                await WatchResourcesAsync(context, cancellationToken);
                return Grpc.Status.Unavailable; // its source ends only with the application
            case "WatchResourceConsoleLogs":
                await WatchConsoleLogsAsync(context, cancellationToken);
                return Grpc.Status.Ok;
            case "ExecuteResourceCommand":
                await ExecuteCommandAsync(context, cancellationToken);
                return Grpc.Status.Ok;
            case "WatchInteractions":
                // The dashboard wants it open; an error or an end makes it drop all resources or reconnect without a pause.
                await context.Response.BodyWriter.FlushAsync(cancellationToken);
                await Task.Delay(Timeout.Infinite, cancellationToken);
                return Grpc.Status.Unavailable;
            default:
                return Grpc.Status.Unimplemented;
        }
    }

    /// <summary>The application's name as Aspire shows it: without the AppHost at its end.</summary>
    private static string DisplayName(string applicationName)
    {
        const string Suffix = "AppHost";
        var name = applicationName.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase) ? applicationName[..^Suffix.Length].TrimEnd('.') : applicationName;
        return name.Length == 0 ? applicationName : name;
    }

    private async Task WatchResourcesAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var isFirst = true;
        await foreach (var batch in notifications.WatchBatchesAsync(cancellationToken))
        {
            var latest = new Dictionary<string, ResourceEvent>();
            foreach (var update in batch) latest[update.ResourceId] = update; // what came in between is not shown anyway
            var resources = latest.Values.Select(ResourceMapping.ToProto).ToList();
            var message = new Proto.WatchResourcesUpdate();
            if (isFirst)
            {
                message.InitialData = new Proto.InitialResourceData { Resources = { resources } };
                var types = resources.Select(r => r.ResourceType).Distinct();
                message.InitialData.ResourceTypes.Add(types.Select(t => new Proto.ResourceType { UniqueName = t, DisplayName = t }));
            }
            else
            {
                message.Changes = new Proto.WatchResourcesChanges { Value = { resources.Select(r => new Proto.WatchResourcesChange { Upsert = r }) } };
            }
            isFirst = false;
            await Grpc.WriteAsync(context, message, cancellationToken);
        }
    }

    private async Task WatchConsoleLogsAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var request = await Grpc.ReadAsync(context, Proto.WatchResourceConsoleLogsRequest.Parser);
        if (request.ResourceName.Length == 0 || !notifications.TryGetCurrentState(request.ResourceName, out _)) return; // an empty log, not an error
        var lines = request.SuppressFollow ? loggers.GetAllAsync(request.ResourceName) : loggers.WatchAsync(request.ResourceName);
        await context.Response.BodyWriter.FlushAsync(cancellationToken); // the headers say that the log is open, though it may stay empty
        await foreach (var batch in lines.WithCancellation(cancellationToken))
            foreach (var message in ConsoleLogBatches.Split(batch))
                await Grpc.WriteAsync(context, message, cancellationToken);
    }

    private async Task ExecuteCommandAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var request = await Grpc.ReadAsync(context, Proto.ResourceCommandRequest.Parser);
        var result = request.ResourceName.Length > 0 && request.CommandName.Length > 0 && notifications.TryGetCurrentState(request.ResourceName, out _)
            ? await commands.ExecuteCommandAsync(request.ResourceName, request.CommandName, cancellationToken).WaitAsync(cancellationToken) // it may not listen
            : CommandResults.Failure($"There is no resource '{request.ResourceName}' with a command '{request.CommandName}'.");
        var response = new Proto.ResourceCommandResponse
        {
            Kind = result.Success ? Proto.ResourceCommandResponseKind.Succeeded
                : result.Canceled ? Proto.ResourceCommandResponseKind.Cancelled : Proto.ResourceCommandResponseKind.Failed,
        };
        if (result.Message is { } text) response.Message = text;
        if (result.Data is { } data)
            response.Result = new Proto.ResourceCommandResult
            {
                Value = data.Value,
                DisplayImmediately = data.DisplayImmediately,
                Format = data.Format switch
                {
                    CommandResultFormat.Json => Proto.CommandResultFormat.Json,
                    CommandResultFormat.Markdown => Proto.CommandResultFormat.Markdown,
                    _ => Proto.CommandResultFormat.Text,
                },
            };
        await Grpc.WriteAsync(context, response, cancellationToken);
    }
}
