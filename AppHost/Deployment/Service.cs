namespace AppHost.Deployment;

/// <summary>A service, which is one of our projects.</summary>
/// <param name="Project">The project's name, which is also the program's name.</param>
/// <param name="Port">Its port when it shares a machine with other services: that of its launch profile.</param>
/// <param name="Environment">The service's variables, without connection strings and addresses of services.</param>
/// <param name="HasProperties">Whether the service reads a <c>config.properties</c>.</param>
internal sealed record Service(string Name, string Project, int Port, IReadOnlyDictionary<string, object> Environment,
    IReadOnlyList<StoreConnection> Stores, IReadOnlyList<string> Services, bool HasProperties)
{
    /// <summary>The image's name, as <c>dotnet publish -t:PublishContainer</c> sets it (Directory.Build.targets).</summary>
    public string Image => $"shop/{ImageName}";

    /// <summary>The secrets among the service's variables.</summary>
    public IEnumerable<ParameterResource> Secrets => Environment.Values.OfType<ParameterResource>().Where(p => p.Secret);

    private string ImageName => string.Concat(Project.Select(c => c == '.' ? '-' : char.ToLowerInvariant(c)));
}
