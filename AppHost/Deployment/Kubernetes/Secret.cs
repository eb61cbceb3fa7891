using static AppHost.Deployment.Kubernetes.Objects;

namespace AppHost.Deployment.Kubernetes;

/// <summary>A secret and its keys. The key <c>keyfile</c> is long, as MongoDB requires.</summary>
internal sealed record Secret(string Name, params string[] Keys)
{
    /// <summary>Stands in the sample for a value that the script generates.</summary>
    public const string Random = "LETTERS-AND-DIGITS-ONLY";

    /// <summary>The sample's text for each value; anything except <see cref="Random"/> must be replaced by hand.</summary>
    public string Sample { get; init; } = Random;
}
