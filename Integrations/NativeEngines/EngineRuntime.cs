using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using EngineRoots;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace NativeEngines;

/// <summary>
/// Runs container resources as processes. A converted resource keeps its place in the model, its endpoints, health checks and events. Its image annotation is
/// removed, so DCP no longer sees a container; a companion executable is the process.
/// </summary>
internal sealed class EngineRuntime(DistributedApplicationExecutionContext execution, IConfiguration configuration, IDistributedApplicationEventing eventing,
    ResourceNotificationService notifications, ResourceLoggerService loggers, IServiceProvider services) : IDisposable
{
    private readonly Lazy<RunDirectory> _run = new(() => new RunDirectory());
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<IResource, NativeEngine> _engines = [];
    private readonly Lazy<Task<EngineRoot>> _root = new(() => EngineRoot.EnsureAsync(new(), static line => Console.Out.WriteLine($"  {"engines",-14} {line}"),
        CancellationToken.None));

    /// <summary>Converts every container of the model; the model must not have any that cannot run natively.</summary>
    /// <exception cref="DistributedApplicationException">A container cannot run natively, or a fixed port is taken.</exception>
    public void Convert(DistributedApplicationModel model, IReadOnlyList<ContainerResource> containers)
    {
        if (containers.FirstOrDefault(c => !NativeContainers.Supports(ImageOf(c))) is { } unsupported)
            throw new DistributedApplicationException($"'{unsupported.Name}' needs a container runtime, but none answers: start Docker or Podman" +
                (unsupported is IResourceWithConnectionString ? $", or set ConnectionStrings__{unsupported.Name} to an existing server." : "."));
        foreach (var container in containers) Convert(model, container);
        if (_engines.Count > 0) _ = Task.Run(FollowAsync);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
        if (_run.IsValueCreated) _run.Value.Dispose();
    }

    private static string ImageOf(ContainerResource container)
        => container.TryGetLastAnnotation<ContainerImageAnnotation>(out var image) ? image.Image : "";

    private void Convert(DistributedApplicationModel model, ContainerResource container)
    {
        var image = ImageOf(container);
        foreach (var annotation in container.Annotations.OfType<ContainerImageAnnotation>().ToList()) container.Annotations.Remove(annotation);
        var ports = container.Annotations.OfType<EndpointAnnotation>().ToDictionary(e => e.TargetPort ?? 0, e => Allocate(container, e));
        var engine = new NativeEngine(container, image, ports, _run.Value.For(container.Name));
        _engines.Add(engine.Process, engine);
        engine.Process.Annotations.Add(new ResourceRelationshipAnnotation(container, "Parent"));
        foreach (var annotation in container.Annotations.Where(a => a is WaitAnnotation or ExplicitStartupAnnotation).ToList())
            engine.Process.Annotations.Add(annotation);
        // The references were meant for a container's network.
        foreach (var reference in container.Annotations.OfType<EndpointReferenceAnnotation>())
            reference.ContextNetworkId = KnownNetworkIdentifiers.LocalhostNetwork;
        engine.Process.Annotations.Add(new CommandLineArgsCallbackAnnotation(context => AddCommandAsync(context, engine)));
        container.Annotations.Add(new ResourceSnapshotAnnotation(new CustomResourceSnapshot
        {
            ResourceType = "Native engine", State = KnownResourceStates.NotStarted,
            Properties = [new(CustomResourceKnownProperties.Source, engine.Describe(root: null))],
        }));
        foreach (var command in Commands(engine)) container.Annotations.Add(command);
        model.Resources.Add(engine.Process);
        if (!container.TryGetLastAnnotation<NativeGatewayAnnotation>(out var native)) return;
        // Clients connect to the gateway; the engine only listens on a socket in its folder.
        native.EngineFolder = NativeContainers.ScratchPath(engine.RunFolder, container.Name);
        _engines.Add(native.Gateway, engine);
        engine.Front = native.Gateway;
        native.Gateway.Annotations.Add(new WaitAnnotation(engine.Process, WaitType.WaitUntilStarted));
        model.Resources.Add(native.Gateway);
    }

    private int Allocate(ContainerResource container, EndpointAnnotation endpoint)
    {
        var asked = configuration.GetValue("DcpPublisher:RandomizePorts", false) ? null : endpoint.Port;
        if (asked is { } fixedPort && !Ports.TryTake(fixedPort))
            throw new DistributedApplicationException(
                $"Port {fixedPort} of '{container.Name}' is in use: stop the program that listens there, or choose another port.");
        var port = asked ?? Ports.Free();
        (endpoint.IsProxied, endpoint.Port, endpoint.TargetPort) = (false, port, port);
        endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, "localhost", port);
        return port;
    }

    /// <summary>Prepares the engine and completes the companion's command line; DCP calls this at each start.</summary>
    private async Task AddCommandAsync(CommandLineArgsCallbackContext context, NativeEngine engine)
    {
        var (container, ct) = (engine.Container, context.CancellationToken);
        try
        {
            var root = await _root.Value.WaitAsync(ct);
            await notifications.PublishUpdateAsync(container, s => s with
            {
                Properties = [.. s.Properties.Where(p => p.Name != CustomResourceKnownProperties.Source),
                    new(CustomResourceKnownProperties.Source, engine.Describe(root))],
            });
            var process = await NativeContainers.PrepareAsync(await SpecAsync(engine, ct), root,
                line => NativeEngineLog.Step(loggers.GetLogger(container), line), ct);
            // env -i: an engine gets the variables of a container, not those of the AppHost.
            context.Args.Add("-i");
            context.Args.Add($"--chdir={process.WorkingDirectory}");
            context.Args.Add(process.FileName);
            foreach (var argument in process.Arguments) context.Args.Add(argument);
        }
        catch (Exception e) when (e is EngineException or DistributedApplicationException)
        {
            engine.Process.Annotations.Add(new StartFailureAnnotation(e.Message));
            throw;
        }
    }

    private async Task<NativeContainerSpec> SpecAsync(NativeEngine engine, CancellationToken ct)
    {
        var container = engine.Container;
        var start = await ExecutionConfigurationBuilder.Create(container).WithArgumentsConfig().WithEnvironmentVariablesConfig()
            .BuildAsync(execution, loggers.GetLogger(container), ct);
        if (start.Exception is { } failure) throw new DistributedApplicationException($"{container.Name}: {failure.Message}", failure);
        string[] arguments = [.. start.Arguments.Select(a => a.Value)];
        List<NativeMount> mounts = [.. container.Annotations.OfType<ContainerMountAnnotation>()
            .Select(m => new NativeMount(m.Source, m.Target, m.Type == ContainerMountType.Volume, m.IsReadOnly))];
        foreach (var files in container.Annotations.OfType<ContainerFileSystemCallbackAnnotation>())
            foreach (var item in await files.Callback(new() { Services = services, Model = container }, ct))
            {
                if (item is not ContainerFile { Contents: { } contents } file)
                    throw new DistributedApplicationException($"{container.Name}: a native engine supports only files with contents, not '{item.Name}'.");
                var source = Path.Combine(engine.RunFolder, file.Name);
                await File.WriteAllTextAsync(source, contents, ct);
                mounts.Add(new NativeMount(source, $"{files.DestinationPath}/{file.Name}", IsVolume: false, IsReadOnly: true));
            }

        return new NativeContainerSpec(container.Name, engine.Image, container.Entrypoint,
            container.ShellExecution == true ? ["-c", string.Join(' ', arguments)] : arguments,
            start.EnvironmentVariables.ToDictionary(), mounts, engine.Ports, engine.RunFolder);
    }

    /// <summary>Gets the lifecycle commands of the converted resource, which act on its companion.</summary>
    private IEnumerable<ResourceCommandAnnotation> Commands(NativeEngine engine)
    {
        yield return Forward(KnownResourceCommands.StartCommand, "Start", "Play", whenRunning: false, isHighlighted: true);
        yield return Forward(KnownResourceCommands.StopCommand, "Stop", "Stop", whenRunning: true, isHighlighted: true);
        yield return Forward(KnownResourceCommands.RestartCommand, "Restart", "ArrowCounterclockwise", whenRunning: true, isHighlighted: false);

        ResourceCommandAnnotation Forward(string name, string text, string icon, bool whenRunning, bool isHighlighted) => new(name, text,
            state => state.ResourceSnapshot.State?.Text == KnownResourceStates.Running == whenRunning ? ResourceCommandState.Enabled
                : ResourceCommandState.Hidden,
            context => services.GetRequiredService<ResourceCommandService>().ExecuteCommandAsync(engine.Process, name, context.CancellationToken),
            displayDescription: null, parameter: null, confirmationMessage: null, icon, IconVariant.Filled, isHighlighted);
    }

    /// <summary>Updates each converted resource with the state of its process.</summary>
    private async Task FollowAsync()
    {
        try
        {
            await foreach (var change in notifications.WatchAsync(_stop.Token))
                if (_engines.TryGetValue(change.Resource, out var engine)) await MirrorAsync(engine, engine.Follow(change));
        }
        catch (OperationCanceledException)
        {
            // The application has stopped.
        }
    }

    private async Task MirrorAsync(NativeEngine engine, CustomResourceSnapshot? now)
    {
        var container = engine.Container;
        if (now?.State?.Text is not { } state || state == engine.State) return;
        var isRunning = state == KnownResourceStates.Running;
        IEnumerable<IResource> all = [container, .. Children(container)];
        if (isRunning && !engine.WasAnnounced)
        {
            engine.WasAnnounced = true;
            await eventing.PublishAsync(new ResourceEndpointsAllocatedEvent(container, services), _stop.Token);
            foreach (var resource in all.OfType<IResourceWithConnectionString>())
                await eventing.PublishAsync(new ConnectionStringAvailableEvent(resource, services), _stop.Token);
        }
        engine.State = state;
        foreach (var resource in all)
            await notifications.PublishUpdateAsync(resource, s => s with
            {
                State = now.State,
                ExitCode = now.ExitCode,
                StartTimeStamp = now.StartTimeStamp,
                StopTimeStamp = now.StopTimeStamp,
                Urls = [.. s.Urls.Select(url => url with { IsInactive = !isRunning })],
            });
    }

    private IEnumerable<IResource> Children(IResource server)
        => services.GetRequiredService<DistributedApplicationModel>().Resources
            .Where(r => r is IResourceWithParent { Parent: var parent } && parent == server);
}
