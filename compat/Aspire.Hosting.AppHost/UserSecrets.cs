using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Aspire.Hosting.Native;
using Microsoft.Extensions.Configuration.UserSecrets;

namespace Aspire.Hosting;

/// <summary>
/// The user secrets file of the AppHost (the same one that <c>dotnet user-secrets</c> edits). Generated passwords are kept here, so that the next start opens
/// yesterday's volumes. Two AppHosts that start at once agree: read, generate and write happen under a lock file.
/// </summary>
internal sealed class UserSecrets(Assembly? assembly)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    // What the configuration accepts when it reads the same file.
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private readonly string? _path = assembly?.GetCustomAttribute<UserSecretsIdAttribute>() is { } id
        ? PathHelper.GetSecretsPathFromSecretsId(id.UserSecretsId) : null;

    /// <summary>Gives the secret of that key; makes and stores one where there is none. Without a file the value lasts for this run.</summary>
    public string GetOrAdd(string key, Func<string> generate)
    {
        if (_path is null) return generate();
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            using var turn = FileLock.Acquire(_path + ".lock", TimeSpan.FromSeconds(10), () => { }, CancellationToken.None);
            var secrets = File.Exists(_path) ? JsonNode.Parse(File.ReadAllText(_path), documentOptions: Lenient) as JsonObject ?? [] : [];
            if (secrets[key] is JsonValue known && known.TryGetValue<string>(out var value)) return value;
            secrets[key] = value = generate();
            var draft = _path + ".new";
            using (var file = new FileStream(draft,
                new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
            using (var writer = new StreamWriter(file))
                writer.Write(secrets.ToJsonString(Indented));
            File.Move(draft, _path, overwrite: true);
            return value;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new DistributedApplicationException($"The generated password '{key}' cannot be kept in the user secrets file {_path} ({e.Message}); make " +
                $"the file readable and writable, or set {key.Replace(":", "__", StringComparison.Ordinal)} in the environment.");
        }
    }
}
