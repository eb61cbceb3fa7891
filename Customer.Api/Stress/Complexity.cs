namespace Customer.Api.Stress;

/// <summary>The amount of work of a level of a heavy computation.</summary>
/// <param name="Name">Name in a request.</param>
/// <param name="Customers">Maximum number of aggregated customers.</param>
/// <param name="Hashes">Number of hashes per level.</param>
internal sealed record Complexity(string Name, int Customers, int Hashes)
{
    private static readonly Complexity[] All = [new("low", 1_000, 500), new("medium", 10_000, 5_000), new("high", 100_000, 50_000)];

    /// <summary>Finds a complexity by name. The default is low; null if the name is unknown.</summary>
    public static Complexity? Find(string? name) => string.IsNullOrEmpty(name) ? All[0] : Array.Find(All, known => known.Name == name);
}
