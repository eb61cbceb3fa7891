using static AppHost.Deployment.Kubernetes.Objects;

namespace AppHost.Deployment.Kubernetes;

/// <summary>
/// Writes the folder <c>secrets</c> of an overlay: a generator for files that are never committed, samples of them, and a script that creates them. The folder
/// is separate, so that the overlay builds without it and only people with access to the secrets apply them.
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
            // Names without a hash, because the overlay is built separately and refers to these names.
            ["generatorOptions"] = new Map { ["disableNameSuffixHash"] = true },
            ["secretGenerator"] = secrets.Select(s => new Map { ["name"] = s.Name, ["envs"] = new[] { $"{s.Name}.env" } }).ToArray(),
        }));
        foreach (var secret in secrets)
            output.Write($"{folder}/{secret.Name}.env.sample", string.Concat(secret.Keys.Select(key => $"{key}=LETTERS-AND-DIGITS-ONLY\n")));
        output.Write($"{folder}/generate.sh", OutputFolder.Read("generate-secrets.sh"));
        output.Write($"{folder}/.gitignore", "*.env\n");
    }

    /// <summary>Gets the secret of a password, with the same name and one key.</summary>
    public static Secret Of(string password) => new(password, "password");

    /// <summary>Gets the secret of a service, with its parameter's name and one key.</summary>
    public static Secret OfService(ParameterResource parameter) => new(parameter.Name, ServiceKey);

    public const string ServiceKey = "value";
}
