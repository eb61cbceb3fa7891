using System.Text.Json;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Native;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Orchestration;

/// <summary>Docker or Podman, where one answers; otherwise the engine root's programs run natively.</summary>
/// <param name="Runtime"><c>docker</c>, <c>podman</c>, or null.</param>
internal sealed record ContainerEngine(string? Runtime)
{
    /// <summary>
    /// Asks once, and only if there are containers to run. Configuration <c>ASPIRE_CONTAINER_RUNTIME</c> forces one; <c>none</c> forces native engines.
    /// </summary>
    public static async Task<ContainerEngine> DetectAsync(DcpBundle bundle, DistributedApplicationModel model, IConfiguration configuration,
        CancellationToken ct)
    {
        var containers = model.Resources.OfType<ContainerResource>()
            .Where(r => ExternalConnections.Of(r) is null && !ExternalConnections.AllChildrenAre(model, r)).ToList();
        if (containers.Count == 0) return new ContainerEngine((string?)null);
        var wanted = configuration["ASPIRE_CONTAINER_RUNTIME"];
        var engine = string.Equals(wanted, "none", StringComparison.OrdinalIgnoreCase) ? new ContainerEngine((string?)null)
            : await AskAsync(bundle, wanted, ct);
        if (engine.Runtime is null && containers.Find(c => !engine.RunsNatively(c)) is { } unsupported)
            throw new DistributedApplicationException($"'{unsupported.Name}' needs a container engine and none answers: start Docker or Podman" +
                (unsupported is IResourceWithConnectionString ? $", or set ConnectionStrings__{unsupported.Name} to an existing server." : "."));
        return engine;
    }

    /// <summary>Whether the resource runs out of the engine root.</summary>
    public bool RunsNatively(IResource resource)
        => Runtime is null && resource.TryGetLastAnnotation<ContainerImageAnnotation>(out var image) && NativeContainers.Supports(image.Image);

    private static async Task<ContainerEngine> AskAsync(DcpBundle bundle, string? wanted, CancellationToken ct)
    {
        List<string> arguments = ["info"];
        if (!string.IsNullOrEmpty(wanted)) arguments.AddRange(["--container-runtime", wanted]);
        var answer = await Step.RunAsync(bundle.Dcp, arguments, null, TimeSpan.FromSeconds(30), "Looking for a container engine",
            "set ASPIRE_CONTAINER_RUNTIME=none to do without one", ct);
        using var info = JsonDocument.Parse(answer);
        var containers = info.RootElement.GetProperty("containers");
        var runs = containers.TryGetProperty("running", out var running) && running.GetBoolean();
        if (!runs && !string.IsNullOrEmpty(wanted))
            throw new DistributedApplicationException($"ASPIRE_CONTAINER_RUNTIME is '{wanted}', but it does not answer: start it, or unset the variable.");
        return new ContainerEngine(runs ? containers.GetProperty("runtime").GetString() : null);
    }
}

/// <summary>Servers that exist already: configuration names them as <c>ConnectionStrings:NAME</c>.</summary>
internal static class ExternalConnections
{
    /// <summary>The connection string that configuration gives for the resource; null if this application runs it.</summary>
    public static string? Of(IResource resource)
        => resource.TryGetLastAnnotation<ExternalConnectionStringAnnotation>(out var external) ? external.ConnectionString : null;

    /// <summary>Whether the resource is a server whose databases all exist elsewhere: nobody needs it then.</summary>
    public static bool AllChildrenAre(DistributedApplicationModel model, IResource server)
    {
        var children = model.Resources.Where(r => r is IResourceWithParent { Parent: var parent } && ReferenceEquals(parent, server)).ToList();
        return children.Count > 0 && children.TrueForAll(c => Of(c) is not null);
    }

    /// <summary>Marks the resource as existing elsewhere if configuration says so.</summary>
    public static IResourceBuilder<T> WithExternalConnection<T>(this IResourceBuilder<T> builder) where T : IResource
        => builder.ApplicationBuilder.ExecutionContext.IsRunMode
            && builder.ApplicationBuilder.Configuration.GetConnectionString(builder.Resource.Name) is { Length: > 0 } given
            ? builder.WithAnnotation(new ExternalConnectionStringAnnotation(given))
            : builder;
}
