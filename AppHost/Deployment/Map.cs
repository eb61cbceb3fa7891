namespace AppHost.Deployment;

/// <summary>A mapping of YAML; its keys keep their order.</summary>
internal sealed class Map : Dictionary<string, object>
{
    /// <summary>Adds what the other has.</summary>
    public Map With(Map other)
    {
        foreach (var (key, value) in other) this[key] = value;
        return this;
    }
}
