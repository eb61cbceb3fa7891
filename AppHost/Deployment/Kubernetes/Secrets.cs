using static AppHost.Deployment.Kubernetes.Objects;

namespace AppHost.Deployment.Kubernetes;

/// <summary>
/// The folder <c>secrets</c> of an overlay: a generator for files that nobody commits, samples of them, and a script that makes them. It stands apart from the
/// overlay, so that the overlay builds without it and secrets are applied by whoever may see them.
/// </summary>
internal static class Secrets
{
    public static readonly Secret OfDashboard = new(Dashboard.Name, "browser-token", "otlp-api-key");

    public static void Write(OutputFolder output, string overlay, IReadOnlyList<Secret> secrets)
    {
        var folder = $"overlays/{overlay}/secrets";
        output.WriteYaml($"{folder}/kustomization.yaml", KustomizePublisher.Kustomization([], new()
        {
            ["namespace"] = PartOf,
            // Names without a hash: the overlay is built apart and knows them by these names.
            ["generatorOptions"] = new Map { ["disableNameSuffixHash"] = true },
            ["secretGenerator"] = secrets.Select(s => new Map { ["name"] = s.Name, ["envs"] = new[] { $"{s.Name}.env" } }).ToArray(),
        }));
        foreach (var secret in secrets)
            output.Write($"{folder}/{secret.Name}.env.sample", string.Concat(secret.Keys.Select(key => $"{key}={secret.Sample}\n")));
        output.Write($"{folder}/generate.sh", OutputFolder.Read("generate-secrets.sh"));
        output.Write($"{folder}/.gitignore", "*.env\n");
    }

    /// <summary>The secret of a password: named like it, with one key.</summary>
    public static Secret Of(string password) => new(password, "password");

    /// <summary>The secret of a service: named like its parameter, with one key.</summary>
    public static Secret OfService(ParameterResource parameter) => new(parameter.Name, ServiceKey);

    /// <summary>The key of a service's secret.</summary>
    public const string ServiceKey = "value";
}
