using static AppHost.Deployment.Kubernetes.Objects;

namespace AppHost.Deployment.Kubernetes;

/// <summary>A secret and its keys. The key <c>keyfile</c> is long, as MongoDB wants it.</summary>
internal sealed record Secret(string Name, params string[] Keys)
{
    /// <summary>Stands in the sample for a value that the script makes.</summary>
    public const string Random = "LETTERS-AND-DIGITS-ONLY";

    /// <summary>The sample's text for each value; anything but <see cref="Random"/> is written by hand.</summary>
    public string Sample { get; init; } = Random;
}
