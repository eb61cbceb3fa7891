using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard;
using Aspire.Hosting.Native;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Orchestration;

// The part that starts and stops instances and follows their states.
internal sealed partial class Orchestrator
{
    private async Task StartResourceAsync(IResource resource, IReadOnlyList<Workload> instances, CancellationToken ct)
    {
        if (resource is IResourceWithConnectionString source) await AnnounceConnectionStringAsync(source);
        await notifications.WaitForDependenciesAsync(resource, ct);
        if (resource is ProjectResource && !_projects!.Value.IsCompleted)
        {
            foreach (var instance in instances) await PublishAsync(instance, s => s with { State = KnownResourceStates.Building });
            await _projects.Value.WaitAsync(ct);
        }
        foreach (var instance in instances) await PublishAsync(instance, s
            => s with { State = KnownResourceStates.Starting, StartTimeStamp = null, StopTimeStamp = null, ExitCode = null });
        await eventing.PublishAsync(new BeforeResourceStartedEvent(resource, services), ct);
        foreach (var instance in instances) await StartInstanceAsync(instance, ct);
    }

    private async Task StartInstanceAsync(Workload instance, CancellationToken ct)
    {
        await instance.Turn.WaitAsync(ct);
        try
        {
            if (instance.Exists) await _dcp!.DeleteAsync(instance.Kind, instance.ObjectName, ct);
            instance.Exists = false;
            instance.NextObjectName();
            lock (_byObject) _byObject[instance.ObjectName] = instance;
            var environment = await ResourceConfiguration.EnvironmentAsync(instance.Resource, _context, ct);
            var arguments = await ResourceConfiguration.ArgumentsAsync(instance.Resource, _context, ct);
            AddOwnEnvironment(instance, environment);
            var spec = instance.Runs switch
            {
                Runs.Project => await ProjectSpecAsync(instance, arguments, environment, ct),
                Runs.Executable => ProcessSpec(((ExecutableResource)instance.Resource).Command, ((ExecutableResource)instance.Resource).WorkingDirectory,
                    arguments, environment),
                Runs.Native => await NativeSpecAsync(instance, arguments, environment, ct),
                _ => await ContainerSpecAsync(instance, arguments, environment, ct),
            };
            await ShowConfigurationAsync(instance, arguments, environment, spec);
            await _dcp!.CreateAsync(instance.Kind, instance.ObjectName, spec, ct);
            instance.Exists = true;
        }
        finally
        {
            instance.Turn.Release();
        }
    }

    private async Task StopInstanceAsync(Workload instance, CancellationToken ct)
    {
        await instance.Turn.WaitAsync(ct);
        try
        {
            if (!instance.Exists) return;
            await PublishAsync(instance, s => s with { State = KnownResourceStates.Stopping });
            await _dcp!.StopAsync(instance.Kind, instance.ObjectName, ct);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
            limit.CancelAfter(Limits.ResourceStop);
            await notifications.WaitForResourceAsync(instance.Resource.Name, e
                => e.ResourceId == instance.Id && KnownResourceStates.TerminalStates.Contains(e.Snapshot.State?.Text ?? ""), limit.Token);
        }
        finally
        {
            instance.Turn.Release();
        }
    }

    /// <summary>What the endpoints and telemetry of this very instance need.</summary>
    private void AddOwnEnvironment(Workload instance, Dictionary<string, string> environment)
    {
        List<string> urls = [];
        foreach (var endpoint in instance.Resource.Annotations.OfType<EndpointAnnotation>())
        {
            var own = endpoint.Replicas[instance.Replica];
            if (endpoint.PortVariable is { } variable) environment[variable] = own.TargetPortExpression!;
            else if (endpoint.UriScheme is "http" or "https") urls.Add(own.UriString);
        }
        if (instance.Resource is ProjectResource)
        {
            if (urls.Count > 0) environment["ASPNETCORE_URLS"] = string.Join(';', urls);
            if (instance.Resource.TryGetLastAnnotation<LaunchProfileAnnotation>(out var profile))
                environment["DOTNET_LAUNCH_PROFILE"] = profile.LaunchProfileName;
            environment.TryAdd("LOGGING__CONSOLE__FORMATTERNAME", "simple");
            environment.TryAdd("DOTNET_SYSTEM_CONSOLE_ALLOW_ANSI_COLOR_REDIRECTION", "true");
            environment.TryAdd("OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY", "in_memory");
            // The built program finds the runtime that runs this AppHost, wherever it was installed.
            environment.TryAdd("DOTNET_ROOT",
                Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..")));
        }
        if (!instance.Resource.HasAnnotationOfType<OtlpExporterAnnotation>() || Dashboard is null) return;
        // The dashboard matches a row to its telemetry by name and instance id.
        environment.TryAdd("OTEL_EXPORTER_OTLP_ENDPOINT", Dashboard.OtlpUrl);
        environment.TryAdd("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc");
        environment.TryAdd("OTEL_EXPORTER_OTLP_HEADERS", $"x-otlp-api-key={Dashboard.OtlpKey}");
        environment["OTEL_SERVICE_NAME"] = instance.Resource.Name;
        environment["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={instance.Id[(instance.Resource.Name.Length + 1)..]}";
        if (!services.GetRequiredService<IHostEnvironment>().IsDevelopment()) return;
        environment.TryAdd("OTEL_BLRP_SCHEDULE_DELAY", "1000");
        environment.TryAdd("OTEL_BSP_SCHEDULE_DELAY", "1000");
        environment.TryAdd("OTEL_METRIC_EXPORT_INTERVAL", "1000");
        environment.TryAdd("OTEL_TRACES_SAMPLER", "always_on");
        environment.TryAdd("OTEL_METRICS_EXEMPLAR_FILTER", "trace_based");
    }

    private async Task<JsonObject> ProjectSpecAsync(Workload instance, List<string> arguments, Dictionary<string, string> environment, CancellationToken ct)
    {
        var path = ((ProjectResource)instance.Resource).GetProjectMetadata().ProjectPath;
        var library = (await _projects!.Value.WaitAsync(ct))[path];
        var program = Path.ChangeExtension(library, null);
        return ProcessSpec(program, Path.GetDirectoryName(path)!, arguments, environment);
    }

    private async Task<JsonObject> NativeSpecAsync(Workload instance, List<string> arguments, Dictionary<string, string> environment, CancellationToken ct)
    {
        var container = (ContainerResource)instance.Resource;
        var root = await _engines!.Value.WaitAsync(ct);
        var mounts = container.Annotations.OfType<ContainerMountAnnotation>()
            .Select(m => new NativeMount(m.Source, m.Target, m.Type == ContainerMountType.Volume, m.IsReadOnly)).ToList();
        foreach (var (target, file) in await FilesAsync(container, ct))
        {
            var source = Path.Combine(_work!.For(container.Name), file.Name);
            await File.WriteAllTextAsync(source, file.Contents, ct);
            mounts.Add(new NativeMount(source, $"{target}/{file.Name}", IsVolume: false, IsReadOnly: true));
        }
        var ports = container.Annotations.OfType<EndpointAnnotation>()
            .ToDictionary(e => e.TargetPort ?? e.AllocatedEndpoint!.Port, e => e.AllocatedEndpoint!.Port);
        container.TryGetLastAnnotation<ContainerImageAnnotation>(out var image);
        var log = loggers.GetLogger(container);
        var process = await NativeContainers.PrepareAsync(new NativeContainerSpec(container.Name, image!.FullName, container.Entrypoint, arguments,
            environment, mounts, ports, _work!.For(container.Name)),
            root, s => Microsoft.Extensions.Logging.LoggerExtensions.LogInformation(log, "{Step}", s), ct);
        var spec = ProcessSpec(process.FileName, process.WorkingDirectory, process.Arguments, process.Environment);
        // An engine gets what a container would get, not the variables of whoever started the AppHost.
        spec["ambientEnvironment"] = new JsonObject { ["behavior"] = "DoNotInherit" };
        return spec;
    }

    private static JsonObject ProcessSpec(string program, string workingDirectory, IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string> environment) => new()
    {
        ["executablePath"] = program,
        ["workingDirectory"] = workingDirectory,
        ["executionType"] = "Process",
        ["args"] = new JsonArray([.. arguments.Select(a => (JsonNode)Literal(a))]),
        ["env"] = Variables(environment),
    };

    private async Task<JsonObject> ContainerSpecAsync(Workload instance, List<string> arguments, Dictionary<string, string> environment, CancellationToken ct)
    {
        var container = (ContainerResource)instance.Resource;
        container.TryGetLastAnnotation<ContainerImageAnnotation>(out var image);
        var hostNetwork = UsesHostNetwork(container);
        var spec = new JsonObject
        {
            ["image"] = image!.FullName,
            ["containerName"] = instance.ObjectName,
            ["args"] = new JsonArray([.. arguments.Select(a => (JsonNode)Literal(a))]),
            ["env"] = Variables(environment),
            ["volumeMounts"] = new JsonArray([.. container.Annotations.OfType<ContainerMountAnnotation>().Select(m => (JsonNode)new JsonObject
            {
                ["type"] = m.Type == ContainerMountType.Volume ? "volume" : "bind",
                ["source"] = m.Source
                    ?? $"{instance.ObjectName}-{Math.Abs(m.Target.GetHashCode(StringComparison.Ordinal)).ToString(CultureInfo.InvariantCulture)}",
                ["target"] = m.Target,
                ["readOnly"] = m.IsReadOnly,
            })]),
            ["ports"] = new JsonArray([.. container.Annotations.OfType<EndpointAnnotation>().Where(_ => !hostNetwork).Select(e => (JsonNode)new JsonObject
            {
                ["containerPort"] = int.Parse(e.AllocatedEndpoint!.TargetPortExpression!, CultureInfo.InvariantCulture),
                ["hostPort"] = e.AllocatedEndpoint!.Port,
                ["hostIP"] = "127.0.0.1",
            })]),
        };
        var files = await FilesAsync(container, ct);
        if (files.Count > 0)
            spec["createFiles"] = new JsonArray([.. files.GroupBy(f => f.Target).Select(folder => (JsonNode)new JsonObject
            {
                ["destination"] = folder.Key,
                ["entries"] = new JsonArray([.. folder.Select(f
                    => (JsonNode)new JsonObject { ["name"] = f.File.Name, ["type"] = "file", ["contents"] = f.File.Contents })]),
            })]);
        if (container.Entrypoint is { } entrypoint) spec["command"] = entrypoint;
        if (hostNetwork) spec["runArgs"] = new JsonArray("--network=host");
        return spec;
    }

    private async Task<List<(string Target, ContainerFile File)>> FilesAsync(ContainerResource container, CancellationToken ct)
    {
        List<(string, ContainerFile)> files = [];
        foreach (var annotation in container.Annotations.OfType<ContainerFileSystemCallbackAnnotation>())
            foreach (var file in await annotation.Callback(new ContainerFileSystemCallbackContext { ServiceProvider = services, Model = container }, ct))
                files.Add((annotation.DestinationPath, (ContainerFile)file));
        return files;
    }

    private static JsonArray Variables(IReadOnlyDictionary<string, string> environment)
        => new([.. environment.Select(v => (JsonNode)new JsonObject { ["name"] = v.Key, ["value"] = Literal(v.Value) })]);

    /// <summary>DCP takes texts with <c>{{</c> for Go templates; ours never are.</summary>
    private static string Literal(string text)
        => text.Contains("{{", StringComparison.Ordinal) ? text.Replace("{{", "{{ \"{{\" }}", StringComparison.Ordinal) : text;

    private async Task ShowConfigurationAsync(Workload instance, List<string> arguments, Dictionary<string, string> environment, JsonObject spec)
    {
        var resource = instance.Resource;
        var properties = ImmutableArray.CreateBuilder<ResourcePropertySnapshot>();
        switch (resource)
        {
            case ProjectResource project:
                properties.Add(new(KnownProperties.Project.Path, project.GetProjectMetadata().ProjectPath));
                break;
            case ContainerResource when resource.TryGetLastAnnotation<ContainerImageAnnotation>(out var image):
                properties.Add(new(KnownProperties.Container.Image, image.FullName));
                if (instance.Runs == Runs.Native) properties.Add(new(KnownProperties.Resource.Source, $"{spec["executablePath"]} (native engine)"));
                break;
        }
        if (instance.Runs is Runs.Project or Runs.Executable)
        {
            properties.Add(new(KnownProperties.Executable.Path, spec["executablePath"]!.ToString()));
            properties.Add(new(KnownProperties.Executable.WorkDir, spec["workingDirectory"]!.ToString()));
            properties.Add(new(KnownProperties.Executable.Args, arguments) { IsSensitive = true });
        }
        await PublishAsync(instance, s => s with
        {
            Properties = properties.Aggregate(s.Properties, (all, p) => all.Set(p)),
            EnvironmentVariables = [.. environment.OrderBy(v => v.Key, StringComparer.Ordinal)
                .Select(v => new EnvironmentVariableSnapshot(v.Key, v.Value, IsFromSpec: true))],
            Volumes = [.. resource.Annotations.OfType<ContainerMountAnnotation>()
                .Select(m => new VolumeSnapshot(m.Source, m.Target, m.Type == ContainerMountType.Volume ? "volume" : "bind", m.IsReadOnly))],
            Urls = [.. Urls(instance)],
        });
    }

    private static IEnumerable<UrlSnapshot> Urls(Workload instance)
    {
        foreach (var endpoint in instance.Resource.Annotations.OfType<EndpointAnnotation>())
        {
            var url = new ResourceUrlAnnotation { Url = endpoint.Replicas[instance.Replica].UriString };
            foreach (var callback in instance.Resource.Annotations.OfType<EndpointUrlCallbackAnnotation>()
                .Where(c => c.EndpointName == endpoint.Name)) callback.Callback(url);
            yield return new UrlSnapshot(endpoint.Name, url.Url,
                IsInternal: false) { DisplayProperties = new UrlDisplayPropertiesSnapshot(url.DisplayText ?? "") };
        }
        foreach (var url in instance.Resource.Annotations.OfType<ResourceUrlAnnotation>())
            yield return new UrlSnapshot(null, url.Url, IsInternal: false) { DisplayProperties = new UrlDisplayPropertiesSnapshot(url.DisplayText ?? "") };
    }

    private async Task WatchAsync(DcpKind kind)
    {
        try
        {
            await foreach (var changed in _dcp!.WatchAsync(kind, _stopping.Token))
            {
                Workload? instance;
                lock (_byObject) _byObject.TryGetValue(changed.Metadata.Name, out instance);
                if (instance is not null && instance.ObjectName == changed.Metadata.Name && changed.Status is { } status) await FollowAsync(instance, status);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested) { }
    }

    private async Task FollowAsync(Workload instance, DcpWorkloadStatus status)
    {
        var state = status.State switch
        {
            "Running" or "Paused" => KnownResourceStates.Running,
            "Finished" => KnownResourceStates.Finished,
            "Exited" or "Terminated" or "NotFound" => KnownResourceStates.Exited,
            "FailedToStart" => KnownResourceStates.FailedToStart,
            "RuntimeUnhealthy" => KnownResourceStates.RuntimeUnhealthy,
            "Stopping" => KnownResourceStates.Stopping,
            _ => null, // not begun: the state that the orchestrator gave it stands
        };
        if (state is null) return;
        var ended = KnownResourceStates.TerminalStates.Contains(state);
        if (ended && instance.Resource is ExecutableResource { Name: DashboardExecutable.Name } && RestartsDashboard(instance, status.ExitCode)) return;
        var before = notifications.TryGetCurrentState(instance.Id, out var last) ? last.Snapshot.State?.Text : null;
        await PublishAsync(instance, s => s with
        {
            State = state == KnownResourceStates.FailedToStart ? new ResourceStateSnapshot(state, KnownResourceStateStyles.Error) : state,
            ExitCode = ended ? status.ExitCode : null,
            StartTimeStamp = status.StartupTimestamp ?? s.StartTimeStamp,
            StopTimeStamp = ended ? status.FinishTimestamp ?? DateTime.UtcNow : null,
            Properties = status switch
            {
                { Pid: { } pid } when instance.Kind == DcpKind.Executable
                    => s.Properties.Set(KnownProperties.Executable.Pid, pid.ToString(CultureInfo.InvariantCulture)),
                { ContainerId: { } container } => s.Properties.Set(KnownProperties.Container.Id, container),
                _ => s.Properties,
            },
            FailureMessage = state == KnownResourceStates.FailedToStart && status.Message is { Length: > 0 } said ? ContainerFailure(instance, said) : null,
        });
        if (ended && before != state && notifications.TryGetCurrentState(instance.Id, out var end))
            Run(eventing.PublishAsync(new ResourceStoppedEvent(instance.Resource, services, end), _stopping.Token));
    }

    /// <summary>Starts the dashboard again when it has died, some times; the application goes on without it. False when it stays away.</summary>
    private bool RestartsDashboard(Workload dashboard, int? exitCode)
    {
        var isNews = _deadDashboards.Add(dashboard.ObjectName);
        var restarts = _deadDashboards.Count <= DashboardRestartsMax;
        if (!isNews) return restarts;
        var end = string.Create(CultureInfo.InvariantCulture, $"The dashboard {(exitCode < 0 ? "crashed" : $"ended with exit code {exitCode}")}");
        console.Error(restarts ? string.Create(CultureInfo.InvariantCulture, $"{end}; it is started again ({_deadDashboards.Count} of {DashboardRestartsMax}).")
            : $"{end} once more and is not started again; the application goes on without it.");
        if (restarts) Run(RestartDashboardAsync(dashboard));
        return restarts;
    }

    private async Task RestartDashboardAsync(Workload dashboard)
    {
        try
        {
            await PublishAsync(dashboard, s => s with { State = KnownResourceStates.Starting });
            await Task.Delay(DashboardPause, _stopping.Token);
            await StartResourceAsync(dashboard.Resource, [dashboard], _stopping.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested) { }
        catch (Exception e)
        {
            await FailAsync(dashboard.Resource, e);
        }
    }

    /// <summary>A container engine says a lot; its last error is the reason.</summary>
    private static string ContainerFailure(Workload instance, string said)
    {
        var lines = said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var reason = lines.LastOrDefault(l => l.StartsWith("Error", StringComparison.Ordinal)) ?? lines[0];
        instance.Resource.TryGetLastAnnotation<ContainerImageAnnotation>(out var image);
        return $"{instance.Resource.Name}: the container engine cannot run {image?.FullName} ({reason}); mend that, or set ASPIRE_CONTAINER_RUNTIME=none to " +
            $"run the engines natively.";
    }

    private Task PublishAsync(Workload instance, Func<CustomResourceSnapshot, CustomResourceSnapshot> change)
        => notifications.PublishUpdateAsync(instance.Resource, instance.Id, change);

    /// <summary>The commands that every instance has, with the states in which they make sense.</summary>
    private void AddCommands(IResource resource)
    {
        Add(KnownResourceCommands.StartCommand, "Start", "Play", IconVariant.Filled, true, s => s switch
        {
            null or "" or "Starting" or "Building" or "Stopping" or "RuntimeUnhealthy" => ResourceCommandState.Disabled,
            "Finished" or "Exited" or "FailedToStart" or "NotStarted" or "Unknown" or "Waiting" => ResourceCommandState.Enabled,
            _ => ResourceCommandState.Hidden,
        }, (instance, ct) => StartResourceAsync(instance.Resource, [instance], ct));
        Add(KnownResourceCommands.StopCommand, "Stop", "Stop", IconVariant.Filled, true, s => s switch
        {
            "Stopping" => ResourceCommandState.Disabled,
            "Running" => ResourceCommandState.Enabled,
            _ => ResourceCommandState.Hidden,
        }, StopInstanceAsync);
        Add(KnownResourceCommands.RestartCommand, "Restart", "ArrowCounterclockwise", IconVariant.Regular, false, s => s switch
        {
            "Running" => ResourceCommandState.Enabled,
            _ => ResourceCommandState.Disabled,
        }, async (instance, ct) =>
        {
            await StopInstanceAsync(instance, ct);
            await StartResourceAsync(instance.Resource, [instance], ct);
        });

        void Add(string name, string display, string icon, IconVariant variant, bool highlighted, Func<string?, ResourceCommandState> state,
            Func<Workload, CancellationToken, Task> execute)
            => resource.Annotations.Add(new ResourceCommandAnnotation(name, display, c => state(c.ResourceSnapshot.State?.Text), async c =>
            {
                var instance = _workloads[c.ResourceName];
                using var linked = CancellationTokenSource.CreateLinkedTokenSource(c.CancellationToken, _stopping.Token);
                try
                {
                    await execute(instance, linked.Token);
                    return CommandResults.Success();
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    await FailAsync(instance.Resource, e);
                    return CommandResults.Failure(e.Message);
                }
            }, null, null, null, icon, variant, highlighted));
    }
}

internal static class PropertyArrays
{
    /// <summary>Sets a property, replacing the one of that name.</summary>
    public static ImmutableArray<ResourcePropertySnapshot> Set(this ImmutableArray<ResourcePropertySnapshot> properties, ResourcePropertySnapshot property)
        => properties.RemoveAll(p => p.Name == property.Name).Add(property);

    /// <inheritdoc cref="Set(ImmutableArray{ResourcePropertySnapshot}, ResourcePropertySnapshot)"/>
    public static ImmutableArray<ResourcePropertySnapshot> Set(this ImmutableArray<ResourcePropertySnapshot> properties, string name, object? value)
        => properties.Set(new ResourcePropertySnapshot(name, value));
}
