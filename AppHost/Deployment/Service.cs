namespace AppHost.Deployment;

/// <summary>A service: one of our projects.</summary>
/// <param name="Project">The project's name, which is also its program's.</param>
/// <param name="Environment">Its variables, without connection strings and addresses of services.</param>
/// <param name="HasProperties">Whether it reads a <c>config.properties</c>.</param>
internal sealed record Service(string Name, string Project, IReadOnlyDictionary<string, object> Environment,
    IReadOnlyList<StoreConnection> Stores, IReadOnlyList<string> Services, bool HasProperties)
{
    /// <summary>The image's name, as <c>dotnet publish -t:PublishContainer</c> gives it (Directory.Build.targets).</summary>
    public string Image => $"shop/{ImageName}";

    /// <summary>The secrets among its variables.</summary>
    public IEnumerable<ParameterResource> Secrets => Environment.Values.OfType<ParameterResource>().Where(p => p.Secret);

    private string ImageName => string.Concat(Project.Select(c => c == '.' ? '-' : char.ToLowerInvariant(c)));
}
