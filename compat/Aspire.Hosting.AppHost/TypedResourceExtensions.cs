using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting;

/// <summary>Projects.</summary>
public static class ProjectResourceBuilderExtensions
{
    /// <summary>Adds a project by the path of its file or folder, relative to the AppHost's folder.</summary>
    public static IResourceBuilder<ProjectResource> AddProject(this IDistributedApplicationBuilder builder, [ResourceName] string name, string projectPath)
        => builder.AddProject(name, projectPath, launchProfileName: null);

    /// <summary>Adds a project; its endpoints and environment come from the launch profile (the first one of command <c>Project</c> unless named).</summary>
    /// <exception cref="DistributedApplicationException">There is no such project or profile.</exception>
    public static IResourceBuilder<ProjectResource> AddProject(this IDistributedApplicationBuilder builder, [ResourceName] string name, string projectPath,
        string? launchProfileName)
    {
        var metadata = new ProjectMetadata(Find(Path.GetFullPath(projectPath, builder.AppHostDirectory), name));
        var project = builder.AddResource(new ProjectResource(name)).WithAnnotation<IProjectMetadata>(metadata).WithOtlpExporter();
        var profiles = LaunchSettings.Read(metadata.ProjectPath)?.Profiles ?? [];
        if (launchProfileName is not null && !profiles.ContainsKey(launchProfileName))
            throw new DistributedApplicationException($"Project '{name}' has no launch profile '{launchProfileName}' in Properties/launchSettings.json; it " +
                $"has: {string.Join(", ", profiles.Keys)}.");
        launchProfileName ??= profiles.FirstOrDefault(p => p.Value.CommandName == "Project").Key;
        if (launchProfileName is null) return project;

        var profile = profiles[launchProfileName];
        project.WithAnnotation(new LaunchProfileAnnotation(launchProfileName));
        project.WithEnvironment(context =>
        {
            if (context.ExecutionContext.IsPublishMode) return; // a profile is for development
            foreach (var (key, value) in profile.EnvironmentVariables) context.EnvironmentVariables.TryAdd(key, value);
        });
        foreach (var url in (profile.ApplicationUrl ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var address = BindingAddress(url);
            // A profile's port would clash as soon as two checkouts run; it counts for `dotnet run` of the project alone.
            project.WithEndpoint(scheme: address.Scheme);
        }
        return project;
    }

    /// <summary>Runs several instances, each on its own port.</summary>
    public static IResourceBuilder<ProjectResource> WithReplicas(this IResourceBuilder<ProjectResource> builder, int replicas)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(replicas, 1);
        return builder.WithAnnotation(new ReplicaAnnotation(replicas), ResourceAnnotationMutationBehavior.Replace);
    }

    private static string Find(string path, string name)
    {
        if (File.Exists(path)) return path;
        var found = Directory.Exists(path) ? Directory.GetFiles(path, "*.csproj") : [];
        return found.Length == 1 ? found[0]
            : throw new DistributedApplicationException($"Project '{name}' was not found at {path}; correct its path in the AppHost.");
    }

    private static Uri BindingAddress(string url)
        => Uri.TryCreate(
            url.Replace("*", "localhost", StringComparison.Ordinal).Replace("+", "localhost", StringComparison.Ordinal), UriKind.Absolute, out var uri)
        ? uri : throw new DistributedApplicationException($"'{url}' is not a URL; correct applicationUrl in the launch profile.");

    private sealed class ProjectMetadata(string projectPath) : IProjectMetadata
    {
        public string ProjectPath { get; } = projectPath;
    }
}

/// <summary>What can be asked of a project.</summary>
public static class ProjectResourceExtensions
{
    /// <summary>Where the project's file is.</summary>
    public static IProjectMetadata GetProjectMetadata(this ProjectResource projectResource) => projectResource.Annotations.OfType<IProjectMetadata>().Single();
}

/// <summary>Programs.</summary>
public static class ExecutableResourceBuilderExtensions
{
    /// <summary>Adds a program of this machine; the working directory is relative to the AppHost's folder.</summary>
    public static IResourceBuilder<ExecutableResource> AddExecutable(this IDistributedApplicationBuilder builder, [ResourceName] string name, string command,
        string workingDirectory, params string[]? args)
    {
        workingDirectory = Path.GetFullPath(workingDirectory, builder.AppHostDirectory);
        return builder.AddResource(new ExecutableResource(name, command, workingDirectory)).WithArgs(args ?? []);
    }
}

/// <summary>Containers.</summary>
public static class ContainerResourceBuilderExtensions
{
    /// <summary>Adds a container by image; <c>image</c> may carry a tag.</summary>
    public static IResourceBuilder<ContainerResource> AddContainer(this IDistributedApplicationBuilder builder, [ResourceName] string name, string image)
        => builder.AddContainer(name, image.Split(':')[0], image.Contains(':', StringComparison.Ordinal)
            ? image[(image.IndexOf(':', StringComparison.Ordinal) + 1)..] : "latest");

    /// <summary>Adds a container by image and tag.</summary>
    public static IResourceBuilder<ContainerResource> AddContainer(this IDistributedApplicationBuilder builder, [ResourceName] string name, string image,
        string tag)
        => builder.AddResource(new ContainerResource(name)).WithImage(image, tag);

    /// <summary>Sets the image.</summary>
    public static IResourceBuilder<T> WithImage<T>(this IResourceBuilder<T> builder, string image, string? tag = null) where T : ContainerResource
    {
        var registry = builder.Resource.Annotations.OfType<ContainerImageAnnotation>().LastOrDefault()?.Registry;
        return builder.WithAnnotation(
            new ContainerImageAnnotation { Image = image, Tag = tag, Registry = registry }, ResourceAnnotationMutationBehavior.Replace);
    }

    /// <summary>Sets the image's registry.</summary>
    public static IResourceBuilder<T> WithImageRegistry<T>(this IResourceBuilder<T> builder, string? registry) where T : ContainerResource
    {
        builder.Resource.Annotations.OfType<ContainerImageAnnotation>().Last().Registry = registry;
        return builder;
    }

    /// <summary>Sets the image's tag.</summary>
    public static IResourceBuilder<T> WithImageTag<T>(this IResourceBuilder<T> builder, string tag) where T : ContainerResource
    {
        builder.Resource.Annotations.OfType<ContainerImageAnnotation>().Last().Tag = tag;
        return builder;
    }

    /// <summary>Mounts a file or directory of the host; the source is relative to the AppHost's folder.</summary>
    public static IResourceBuilder<T> WithBindMount<T>(this IResourceBuilder<T> builder, string source, string target, bool isReadOnly = false)
        where T : ContainerResource
        => builder.WithAnnotation(new ContainerMountAnnotation(Path.GetFullPath(source, builder.ApplicationBuilder.AppHostDirectory), target,
            ContainerMountType.BindMount, isReadOnly));

    /// <summary>Mounts a named volume, which outlives the container.</summary>
    public static IResourceBuilder<T> WithVolume<T>(this IResourceBuilder<T> builder, string? name, string target, bool isReadOnly = false)
        where T : ContainerResource
        => builder.WithAnnotation(new ContainerMountAnnotation(name, target, ContainerMountType.Volume, isReadOnly));

    /// <summary>Mounts an anonymous volume, gone with the container.</summary>
    public static IResourceBuilder<T> WithVolume<T>(this IResourceBuilder<T> builder, string target) where T : ContainerResource
        => builder.WithVolume(null, target);

    /// <summary>Makes files inside the container when it is created; the callback sees addresses that are known by then.</summary>
    public static IResourceBuilder<T> WithContainerFiles<T>(this IResourceBuilder<T> builder, string destinationPath,
        Func<ContainerFileSystemCallbackContext, CancellationToken, Task<IEnumerable<ContainerFileSystemItem>>> callback) where T : ContainerResource
        => builder.WithAnnotation(new ContainerFileSystemCallbackAnnotation { DestinationPath = destinationPath, Callback = callback });

    /// <summary>Sets the program that is started.</summary>
    public static IResourceBuilder<T> WithEntrypoint<T>(this IResourceBuilder<T> builder, string entrypoint) where T : ContainerResource
    {
        builder.Resource.Entrypoint = entrypoint;
        return builder;
    }
}

/// <summary>Names for volumes.</summary>
public static class VolumeNameGenerator
{
    /// <summary><c>{application}-{hash of the AppHost's folder}-{resource}-{suffix}</c>: stable between runs, different between checkouts.</summary>
    public static string Generate<T>(IResourceBuilder<T> builder, string suffix) where T : IResource
    {
        var application = new string([.. builder.ApplicationBuilder.Environment.ApplicationName.ToLowerInvariant()
            .Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')]);
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(builder.ApplicationBuilder.AppHostDirectory)))[..10];
        return $"{application}-{hash}-{builder.Resource.Name}-{suffix}";
    }
}

/// <summary>A value is missing that only the user can give.</summary>
public class MissingParameterValueException : DistributedApplicationException
{
    /// <inheritdoc/>
    public MissingParameterValueException(string message) : base(message) { }

    /// <inheritdoc/>
    public MissingParameterValueException(string message, Exception innerException) : base(message, innerException) { }
}

/// <summary>Parameters and connection strings.</summary>
public static class ParameterResourceBuilderExtensions
{
    /// <summary>Adds a parameter that configuration gives as <c>Parameters:NAME</c>.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, [ResourceName] string name, bool secret = false)
        => builder.AddResource(CreateParameter(builder, name, secret)).WithShownValue();

    /// <summary>Adds a parameter with a value that configuration may override.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, [ResourceName] string name, string value,
        bool publishValueAsDefault = false, bool secret = false)
        => builder.AddResource(new ParameterResource(name, _ => builder.Configuration[$"Parameters:{name}"] ?? value, secret)).WithShownValue();

    /// <summary>Adds a parameter with a default; with <paramref name="persist"/> the default is made once and kept in user secrets.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, [ResourceName] string name,
        ParameterDefault value, bool secret = false, bool persist = false)
    {
        var parameter = persist ? CreateKeptParameter(builder, name, secret, value) : CreateParameter(builder, name, secret);
        parameter.Default = value;
        return builder.AddResource(parameter).WithShownValue();
    }

    /// <summary>Adds a connection string that configuration gives as <c>ConnectionStrings:NAME</c>.</summary>
    public static IResourceBuilder<IResourceWithConnectionString> AddConnectionString(this IDistributedApplicationBuilder builder, [ResourceName] string name,
        string? environmentVariableName = null)
        => builder.AddResource(new GivenConnectionString(name, environmentVariableName, new ParameterResource(
            name,
            _ => builder.Configuration.GetConnectionString(name)
                ?? throw new MissingParameterValueException($"The connection string '{name}' is missing: set ConnectionStrings__{name}."),
            secret: true) { IsConnectionString = true }));

    /// <summary>Makes a password parameter for a resource: generated once, kept in user secrets, without being added to the application.</summary>
    public static ParameterResource CreateDefaultPasswordParameter(IDistributedApplicationBuilder builder, string name, bool lower = true, bool upper = true,
        bool numeric = true, bool special = true,
        int minLower = 0, int minUpper = 0, int minNumeric = 0, int minSpecial = 0)
        => CreateGeneratedParameter(builder, name, secret: true, new GenerateParameterDefault
        {
            MinLength = 22, // 128 bits at close to 6 bits a character
            Lower = lower, Upper = upper, Numeric = numeric, Special = special, MinLower = minLower, MinUpper = minUpper, MinNumeric = minNumeric,
                MinSpecial = minSpecial,
        });

    /// <summary>Makes a parameter that is generated once and kept in user secrets, without adding it to the application.</summary>
    public static ParameterResource CreateGeneratedParameter(IDistributedApplicationBuilder builder, string name, bool secret,
        GenerateParameterDefault parameterDefault)
    {
        var parameter = CreateKeptParameter(builder, name, secret, parameterDefault);
        parameter.Default = parameterDefault;
        return parameter;
    }

    /// <summary>Makes a parameter that configuration gives, without adding it to the application.</summary>
    public static ParameterResource CreateParameter(IDistributedApplicationBuilder builder, string name, bool secret)
        => new(name, @default => builder.Configuration[$"Parameters:{name}"] ?? @default?.GetDefaultValue()
            ?? throw new MissingParameterValueException($"The parameter '{name}' is missing: set Parameters__{name}, or keep it with " +
                $"'dotnet user-secrets set Parameters:{name} VALUE --project AppHost'."), secret);

    private static ParameterResource CreateKeptParameter(IDistributedApplicationBuilder builder, string name, bool secret, ParameterDefault value)
        => new(name, _ => builder.Configuration[$"Parameters:{name}"]
            ?? new UserSecrets(builder.AppHostAssembly).GetOrAdd($"Parameters:{name}", value.GetDefaultValue), secret);

    private static IResourceBuilder<ParameterResource> WithShownValue(this IResourceBuilder<ParameterResource> builder)
        => builder.WithInitialState(new CustomResourceSnapshot
    {
        ResourceType = "Parameter",
        Properties = [],
    });

    private sealed class GivenConnectionString(string name, string? environmentVariableName, ParameterResource value)
        : Resource(name), IResourceWithConnectionString, IResourceWithoutLifetime
    {
        public ReferenceExpression ConnectionStringExpression { get; } = ReferenceExpression.Create($"{value}");

        public string? ConnectionStringEnvironmentVariable => environmentVariableName;
    }
}

/// <summary>Generates a random text.</summary>
public sealed class GenerateParameterDefault : ParameterDefault
{
    private const string LowerCase = "abcdefghjkmnpqrstuvwxyz", UpperCase = "ABCDEFGHJKMNPQRSTUVWXYZ", Digits = "0123456789", Specials = "-_.{}~()*+!";

    /// <summary>Characters at least.</summary>
    public int MinLength { get; set; }

    /// <summary>Whether lower case letters may be in it.</summary>
    public bool Lower { get; set; } = true;

    /// <summary>Whether upper case letters may be in it.</summary>
    public bool Upper { get; set; } = true;

    /// <summary>Whether digits may be in it.</summary>
    public bool Numeric { get; set; } = true;

    /// <summary>Whether special characters may be in it.</summary>
    public bool Special { get; set; } = true;

    /// <summary>Lower case letters at least.</summary>
    public int MinLower { get; set; }

    /// <summary>Upper case letters at least.</summary>
    public int MinUpper { get; set; }

    /// <summary>Digits at least.</summary>
    public int MinNumeric { get; set; }

    /// <summary>Special characters at least.</summary>
    public int MinSpecial { get; set; }

    /// <inheritdoc/>
    public override string GetDefaultValue()
    {
        var all = (Lower ? LowerCase : "") + (Upper ? UpperCase : "") + (Numeric ? Digits : "") + (Special ? Specials : "");
        var text = RandomNumberGenerator.GetString(LowerCase, MinLower) + RandomNumberGenerator.GetString(UpperCase, MinUpper)
            + RandomNumberGenerator.GetString(Digits, MinNumeric) + RandomNumberGenerator.GetString(Specials, MinSpecial);
        var characters = (text + RandomNumberGenerator.GetString(all, Math.Max(0, MinLength - text.Length))).ToCharArray();
        RandomNumberGenerator.Shuffle<char>(characters);
        return new string(characters);
    }
}

/// <summary>Where telemetry goes.</summary>
public static class OtlpConfigurationExtensions
{
    /// <summary>Sends the resource's telemetry to the dashboard.</summary>
    public static IResourceBuilder<T> WithOtlpExporter<T>(this IResourceBuilder<T> builder) where T : IResourceWithEnvironment
        => builder.WithAnnotation(new OtlpExporterAnnotation(), ResourceAnnotationMutationBehavior.Replace);
}

/// <summary>Subscribes to what happens to one resource.</summary>
public static class DistributedApplicationEventingExtensions
{
    /// <summary>Calls back before the resource starts, every time.</summary>
    public static IResourceBuilder<T> OnBeforeResourceStarted<T>(this IResourceBuilder<T> builder,
        Func<T, BeforeResourceStartedEvent, CancellationToken, Task> callback) where T : IResource => builder.On(callback);

    /// <summary>Calls back when the connection string is known.</summary>
    public static IResourceBuilder<T> OnConnectionStringAvailable<T>(this IResourceBuilder<T> builder,
        Func<T, ConnectionStringAvailableEvent, CancellationToken, Task> callback)
        where T : IResourceWithConnectionString => builder.On(callback);

    /// <summary>Calls back when the resource is initialised.</summary>
    public static IResourceBuilder<T> OnInitializeResource<T>(this IResourceBuilder<T> builder,
        Func<T, InitializeResourceEvent, CancellationToken, Task> callback) where T : IResource => builder.On(callback);

    /// <summary>Calls back when the endpoints are known.</summary>
    public static IResourceBuilder<T> OnResourceEndpointsAllocated<T>(this IResourceBuilder<T> builder,
        Func<T, ResourceEndpointsAllocatedEvent, CancellationToken, Task> callback)
        where T : IResourceWithEndpoints => builder.On(callback);

    /// <summary>Calls back when the resource is healthy for the first time since its start.</summary>
    public static IResourceBuilder<T> OnResourceReady<T>(this IResourceBuilder<T> builder, Func<T, ResourceReadyEvent, CancellationToken, Task> callback)
        where T : IResource => builder.On(callback);

    /// <summary>Calls back when the resource stopped.</summary>
    public static IResourceBuilder<T> OnResourceStopped<T>(this IResourceBuilder<T> builder, Func<T, ResourceStoppedEvent, CancellationToken, Task> callback)
        where T : IResource => builder.On(callback);

    private static IResourceBuilder<T> On<T, TEvent>(this IResourceBuilder<T> builder, Func<T, TEvent, CancellationToken, Task> callback) where T : IResource
        where TEvent : IDistributedApplicationResourceEvent
    {
        builder.ApplicationBuilder.Eventing.Subscribe<TEvent>(builder.Resource, (e, ct) => callback(builder.Resource, e, ct));
        return builder;
    }
}

/// <summary>Makes builders for resources that were added earlier.</summary>
public static class DistributedApplicationBuilderExtensions
{
    /// <summary>Finds a resource by its name and makes a builder for it.</summary>
    /// <exception cref="InvalidOperationException">There is none of that name and type.</exception>
    public static IResourceBuilder<T> CreateResourceBuilder<T>(this IDistributedApplicationBuilder builder, string name) where T : IResource
        => builder.Resources.TryGetByName(name, out var resource) && resource is T typed
            ? builder.CreateResourceBuilder(typed)
            : throw new InvalidOperationException($"There is no resource '{name}' of type {typeof(T).Name}.");
}
