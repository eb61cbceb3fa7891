namespace Customer.Api.Stress;

/// <summary>How much a level of a heavy computation has to do.</summary>
/// <param name="Name">In a request.</param>
/// <param name="Customers">Customers that are aggregated, at most.</param>
/// <param name="Hashes">Hashes of a level.</param>
internal sealed record Complexity(string Name, int Customers, int Hashes)
{
    private static readonly Complexity[] All = [new("low", 1_000, 500), new("medium", 10_000, 5_000), new("high", 100_000, 50_000)];

    /// <summary>The complexity of a name, low without one; null for an unknown name.</summary>
    public static Complexity? Find(string? name) => string.IsNullOrEmpty(name) ? All[0] : Array.Find(All, known => known.Name == name);
}
