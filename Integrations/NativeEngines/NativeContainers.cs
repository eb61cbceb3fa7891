using EngineRoots;

namespace NativeEngines;

/// <summary>Runs well-known images without a container engine, as programs of an <see cref="EngineRoot"/>.</summary>
internal static class NativeContainers
{
    /// <summary>Returns whether an image can run natively: postgres, redis, nginx and mongo, of any registry and tag.</summary>
    public static bool Supports(string image) => Recipe(image) is not null;

    /// <summary>
    /// Prepares data and configuration of a container resource and returns the process to start. Can be called again at any time, also after a kill in between:
    /// data is created under another name and renamed when complete.
    /// </summary>
    /// <param name="spec">The container.</param>
    /// <param name="root">The programs.</param>
    /// <param name="log">Receives lines for the resource's log.</param>
    /// <param name="ct">Cancels; running helpers are killed.</param>
    /// <exception cref="EngineException">The container cannot run; the message says why and how to fix it. Existing data is not changed.</exception>
    public static Task<NativeProcess> PrepareAsync(NativeContainerSpec spec, EngineRoot root, Action<string> log, CancellationToken ct)
    {
        var context = new NativeContext(spec, root, log, ct);
        var recipe = Recipe(spec.Image) ?? throw context.Trouble($"the image {spec.Image} cannot run natively; start Docker or Podman");
        return Task.Factory.StartNew(() => Prepare(recipe, context), ct, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Gets the folder of a named volume. It outlives runs and belongs to the engines' user.</summary>
    /// <exception cref="EngineException">The name cannot be a folder name.</exception>
    public static string VolumePath(string volumeName)
    {
        if (volumeName is "" or "." or ".." || volumeName.Contains('/', StringComparison.Ordinal))
            throw new EngineException($"\"{volumeName}\" is not a valid volume name.");
        return Path.Combine(EngineUser.Folder("XDG_DATA_HOME", ".local/share", "/var/lib"), "aspire-volumes", volumeName);
    }

    /// <summary>Gets a resource's private folder within its part of the session's folder; an engine with a socket has it there.</summary>
    public static string ScratchPath(string sessionDirectory, string resource) => Path.Combine(Path.GetFullPath(sessionDirectory), resource);

    /// <summary>Gets the program that replaces a supported image, and its Debian package.</summary>
    public static (string Program, string Package) ProgramOf(string image) => ShortName(image) switch
    {
        "postgres" => ("PostgreSQL", $"postgresql-{EngineRoot.PostgresMajor}"),
        "mongo" => ("DocumentDB", $"postgresql-{EngineRoot.PostgresMajor}-documentdb"),
        "redis" => ("Redis", "redis-server"),
        "nginx" => ("nginx", "nginx"),
        var other => throw new EngineException($"The image {other} cannot run natively."),
    };

    /// <summary>Gets the last segment of an image's name, without tag and digest.</summary>
    internal static string ShortName(string image) => image.Split('@')[0].Split('/')[^1].Split(':')[0];

    private static Func<NativeContext, NativeProcess>? Recipe(string image) => ShortName(image) switch
    {
        "postgres" => PostgresRecipe.Prepare,
        "mongo" => PostgresRecipe.PrepareDocumentDb,
        "redis" => RedisRecipe.Prepare,
        "nginx" => NginxRecipe.Prepare,
        _ => null,
    };

    private static NativeProcess Prepare(Func<NativeContext, NativeProcess> recipe, NativeContext context)
    {
        try
        {
            return recipe(context);
        }
        catch (FormatException e)
        {
            throw context.Trouble($"the container's command cannot run natively, because {e.Message}; start Docker or Podman");
        }
        catch (Exception e) when (e is ToolException or IOException or UnauthorizedAccessException)
        {
            throw context.Trouble(e.Message.TrimEnd('.'));
        }
    }
}
