namespace AppHost.Deployment;

/// <summary>A database of a store, by its resource's name and the name that it has on the server.</summary>
internal sealed record StoreDatabase(string Name, string DatabaseName)
{
    /// <summary>The user that owns it and may enter no other: the service's, in every deployment.</summary>
    public string Owner => DatabaseName;

    /// <summary>The secret that is the owner's password.</summary>
    public string Secret => $"{Name}-password";
}
