namespace AppHost.Deployment;

/// <summary>A YAML mapping that keeps the order of its keys.</summary>
internal sealed class Map : Dictionary<string, object>
{
    /// <summary>Adds the entries of another map; they replace those with the same key.</summary>
    public Map With(Map other)
    {
        foreach (var (key, value) in other) this[key] = value;
        return this;
    }
}
