using System.Collections.Immutable;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>What is known about one instance of a resource at one moment. Immutable; a change is a new snapshot.</summary>
public sealed record CustomResourceSnapshot
{
    /// <summary>The kind of resource, as shown: <c>Project</c>, <c>Container</c>, <c>Executable</c>, <c>Parameter</c> or any other text.</summary>
    public required string ResourceType { get; init; }

    /// <summary>Further facts by name. Names that the dashboard knows are shown with a label.</summary>
    public required ImmutableArray<ResourcePropertySnapshot> Properties { get; init; }

    /// <summary>When the instance was created. Set to the time of the first update when nobody gives it.</summary>
    public DateTime? CreationTimeStamp { get; init; }

    /// <summary>When the instance last started.</summary>
    public DateTime? StartTimeStamp { get; init; }

    /// <summary>When the instance last stopped.</summary>
    public DateTime? StopTimeStamp { get; init; }

    /// <summary>Where the instance is in its life: one of <see cref="KnownResourceStates"/> or any other text.</summary>
    public ResourceStateSnapshot? State { get; init; }

    /// <summary>The exit code of the last run.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The health of a running instance: the worst of <see cref="HealthReports"/>, where a check that has not run yet counts as unhealthy.
    /// Without checks a running instance is healthy. Null while it does not run.</summary>
    public HealthStatus? HealthStatus
    {
        get
        {
            if (State?.Text != KnownResourceStates.Running) return null;
            var worst = Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy;
            foreach (var report in HealthReports)
            {
                var status = report.Status ?? Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Unhealthy;
                if (status < worst) worst = status;
            }
            return worst;
        }
    }

    /// <summary>The last result of each health check.</summary>
    public ImmutableArray<HealthReportSnapshot> HealthReports { get; internal init; } = [];

    /// <summary>The environment variables of the instance.</summary>
    public ImmutableArray<EnvironmentVariableSnapshot> EnvironmentVariables { get; init; } = [];

    /// <summary>Where the instance can be reached.</summary>
    public ImmutableArray<UrlSnapshot> Urls { get; init; } = [];

    /// <summary>The volumes and directories mounted.</summary>
    public ImmutableArray<VolumeSnapshot> Volumes { get; init; } = [];

    /// <summary>What the resource has to do with others.</summary>
    public ImmutableArray<RelationshipSnapshot> Relationships { get; init; } = [];

    /// <summary>The commands on offer. Derived from the resource's <see cref="ResourceCommandAnnotation"/>s at each update; other values are
    /// overwritten.</summary>
    public ImmutableArray<ResourceCommandSnapshot> Commands { get; init; } = [];

    /// <summary>True to keep the resource out of lists.</summary>
    public bool IsHidden { get; init; }

    /// <summary>The name of a Fluent UI icon, or null for the icon of the resource type.</summary>
    public string? IconName { get; init; }

    /// <summary>The variant of the icon.</summary>
    public IconVariant? IconVariant { get; init; }

    /// <summary>Why the instance did not start, in one sentence.</summary>
    internal string? FailureMessage { get; init; }

    /// <summary>Counts the updates of this instance.</summary>
    internal long Version { get; init; }

    /// <summary>The subscribers to the ready event at work (or done); null until the instance became healthy. See
    /// <see cref="ResourceNotificationService.SetReady"/>.</summary>
    internal Task? Ready { get; init; }
}

/// <summary>Changes to snapshots that need more than <c>with</c>.</summary>
public static class CustomResourceSnapshotExtensions
{
    /// <summary>Replaces the health reports.</summary>
    public static CustomResourceSnapshot WithHealthReports(this CustomResourceSnapshot snapshot, ImmutableArray<HealthReportSnapshot> healthReports)
        => snapshot with { HealthReports = healthReports };
}

/// <summary>A state and how to show it.</summary>
/// <param name="Text">One of <see cref="KnownResourceStates"/> or any other text.</param>
/// <param name="Style">One of <see cref="KnownResourceStateStyles"/>, or null.</param>
public sealed record ResourceStateSnapshot(string Text, string? Style)
{
    /// <summary>A state without a style of its own.</summary>
    public static implicit operator ResourceStateSnapshot?(string? s) => s is null ? null : new(s, Style: null);
}

/// <summary>A fact about an instance.</summary>
/// <param name="Name">The name, unique in the snapshot.</param>
/// <param name="Value">Text, a number, a truth value, a time, or a list of texts. Anything else is shown by its <c>ToString</c>.</param>
public sealed record ResourcePropertySnapshot(string Name, object? Value)
{
    /// <summary>True to mask the value until somebody asks to see it.</summary>
    public bool IsSensitive { get; init; }
}

/// <summary>An address of an instance.</summary>
/// <param name="Name">The endpoint's name, or null when the address is not an endpoint.</param>
/// <param name="Url">The address.</param>
/// <param name="IsInternal">True to show it in the details only.</param>
public sealed record UrlSnapshot(string? Name, string Url, bool IsInternal)
{
    /// <summary>True while nothing listens there.</summary>
    public bool IsInactive { get; init; }

    /// <summary>How to show it.</summary>
    public UrlDisplayPropertiesSnapshot DisplayProperties { get; init; } = new();
}

/// <summary>How to show an address.</summary>
/// <param name="DisplayName">The text of the link; empty for the address itself.</param>
/// <param name="SortOrder">The highest comes first.</param>
public sealed record UrlDisplayPropertiesSnapshot(string DisplayName = "", int SortOrder = 0);

/// <summary>A mount.</summary>
/// <param name="Source">The volume's name or the directory of the host; null for an anonymous volume.</param>
/// <param name="Target">The path inside the container.</param>
/// <param name="MountType"><c>volume</c> or <c>bind</c>.</param>
/// <param name="IsReadOnly">True when the container cannot write to it.</param>
public sealed record VolumeSnapshot(string? Source, string Target, string MountType, bool IsReadOnly);

/// <summary>An environment variable.</summary>
/// <param name="Name">The name.</param>
/// <param name="Value">The value.</param>
/// <param name="IsFromSpec">True when the application's model sets it, false when it is inherited.</param>
public sealed record EnvironmentVariableSnapshot(string Name, string? Value, bool IsFromSpec);

/// <summary>The last result of a health check.</summary>
/// <param name="Name">The check's key.</param>
/// <param name="Status">The result; null until the check ran.</param>
/// <param name="Description">What the check says.</param>
/// <param name="ExceptionText">The exception that ended the check.</param>
public sealed record HealthReportSnapshot(string Name, HealthStatus? Status, string? Description, string? ExceptionText)
{
    /// <summary>When the check ran.</summary>
    public DateTime? LastRunAt { get; init; }
}

/// <summary>A relationship to another resource.</summary>
/// <param name="ResourceName">The other one's name in the model.</param>
/// <param name="Type">The kind, as shown.</param>
public sealed record RelationshipSnapshot(string ResourceName, string Type);

/// <summary>A command on offer.</summary>
/// <param name="Name">The name, unique in the resource.</param>
/// <param name="State">Whether it can be used now.</param>
/// <param name="DisplayName">The name as shown.</param>
/// <param name="DisplayDescription">The tooltip.</param>
/// <param name="Parameter">Not used.</param>
/// <param name="ConfirmationMessage">A question to ask first.</param>
/// <param name="IconName">The name of a Fluent UI icon.</param>
/// <param name="IconVariant">The variant of the icon.</param>
/// <param name="IsHighlighted">True for a button of its own, false for a place in the menu only.</param>
public sealed record ResourceCommandSnapshot(
    string Name, ResourceCommandState State, string DisplayName, string? DisplayDescription, object? Parameter,
    string? ConfirmationMessage, string? IconName, IconVariant? IconVariant, bool IsHighlighted);

/// <summary>The variants of an icon.</summary>
public enum IconVariant
{
    /// <summary>Outlines.</summary>
    Regular,

    /// <summary>Filled.</summary>
    Filled,
}

/// <summary>The states that orchestrator and dashboard know.</summary>
public static class KnownResourceStates
{
    /// <summary>It works; there is no process behind it.</summary>
    public static readonly string Active = "Active";

    /// <summary>Its image is being built.</summary>
    public static readonly string Building = "Building";

    /// <summary>A container that ended.</summary>
    public static readonly string Exited = "Exited";

    /// <summary>It did not start.</summary>
    public static readonly string FailedToStart = "FailedToStart";

    /// <summary>A process that ended.</summary>
    public static readonly string Finished = "Finished";

    /// <summary>Nobody started it yet.</summary>
    public static readonly string NotStarted = "NotStarted";

    /// <summary>It runs.</summary>
    public static readonly string Running = "Running";

    /// <summary>The container runtime does not answer.</summary>
    public static readonly string RuntimeUnhealthy = "RuntimeUnhealthy";

    /// <summary>It is being started.</summary>
    public static readonly string Starting = "Starting";

    /// <summary>It is being stopped.</summary>
    public static readonly string Stopping = "Stopping";

    /// <summary>A parameter without a value.</summary>
    public static readonly string ValueMissing = "ValueMissing";

    /// <summary>It waits for others.</summary>
    public static readonly string Waiting = "Waiting";

    /// <summary>The states that an instance leaves only when somebody starts it again.</summary>
    public static readonly IReadOnlyList<string> TerminalStates = [Finished, FailedToStart, Exited];
}

/// <summary>The styles of a state.</summary>
public static class KnownResourceStateStyles
{
    /// <summary>Red.</summary>
    public static readonly string Error = "error";

    /// <summary>Neutral.</summary>
    public static readonly string Info = "info";

    /// <summary>Green.</summary>
    public static readonly string Success = "success";

    /// <summary>Orange.</summary>
    public static readonly string Warn = "warning";
}

/// <summary>The commands that the orchestrator adds.</summary>
public static class KnownResourceCommands
{
    /// <summary>Stops and starts again.</summary>
    public static readonly string RestartCommand = "restart";

    /// <summary>Starts.</summary>
    public static readonly string StartCommand = "start";

    /// <summary>Stops.</summary>
    public static readonly string StopCommand = "stop";
}

/// <summary>Names of properties for resources of one's own.</summary>
public static class CustomResourceKnownProperties
{
    /// <summary>The connection string; mark it sensitive.</summary>
    public static string ConnectionString => KnownProperties.Resource.ConnectionString;

    /// <summary>What the resource is made from: an image, a path, an address.</summary>
    public static string Source => KnownProperties.Resource.Source;
}

/// <summary>Names of properties that the dashboard knows.</summary>
internal static class KnownProperties
{
    internal static class Resource
    {
        public const string Name = "resource.name";
        public const string Type = "resource.type";
        public const string DisplayName = "resource.displayName";
        public const string State = "resource.state";
        public const string ExitCode = "resource.exitCode";
        public const string CreateTime = "resource.createTime";
        public const string StartTime = "resource.startTime";
        public const string StopTime = "resource.stopTime";
        public const string HealthState = "resource.healthState";
        public const string Source = "resource.source";
        public const string ConnectionString = "resource.connectionString";

        /// <summary>The id (not the name) of the parent's first instance.</summary>
        public const string ParentName = "resource.parentName";

        /// <summary>A list of texts.</summary>
        public const string AppArgs = "resource.appArgs";

        /// <summary>A list, one for each of <see cref="AppArgs"/>: 1 to mask it, else 0.</summary>
        public const string AppArgsSensitivity = "resource.appArgsSensitivity";

        /// <summary>A list of names.</summary>
        public const string WaitingFor = "resource.waitingFor";
    }

    internal static class Container
    {
        public const string Id = "container.id";
        public const string Image = "container.image";
        public const string Ports = "container.ports";
        public const string Command = "container.command";
        public const string Args = "container.args";
        public const string Lifetime = "container.lifetime";
    }

    internal static class Executable
    {
        public const string Path = "executable.path";
        public const string Pid = "executable.pid";
        public const string WorkDir = "executable.workDir";
        public const string Args = "executable.args";
    }

    internal static class Project
    {
        public const string Path = "project.path";
        public const string LaunchProfile = "project.launchProfile";
    }

    internal static class Parameter
    {
        public const string Value = "Value";
    }
}
