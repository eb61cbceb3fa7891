namespace AppHost.Deployment;

/// <summary>A database in a store, with its resource's name and its name on the server.</summary>
internal sealed record StoreDatabase(string Name, string DatabaseName)
{
    /// <summary>The user that owns the database and can access no other. Services use it in every deployment.</summary>
    public string Owner => DatabaseName;

    public string Secret => $"{Name}-password";
}
