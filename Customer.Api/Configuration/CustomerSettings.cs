using MongoDB.Driver;

namespace Customer.Api.Configuration;

/// <summary>What Customer.Api is told: <c>config.properties</c>, and environment variables of the same names in upper case, which win.</summary>
internal sealed record CustomerSettings
{
    /// <summary>The file's name, in the service's folder; the environment variable <c>CONFIG_FILE</c> names another one.</summary>
    public const string FileName = "config.properties";

    /// <summary>Where MongoDB is if nothing says otherwise.</summary>
    public const string ConnectionUriDefault = "mongodb://localhost:27017";

    /// <summary>The database if neither the configuration nor the connection string names one.</summary>
    public const string DatabaseNameDefault = "customers_db";

    /// <summary>The port if neither <c>api_port</c> nor ASP.NET Core's own configuration says otherwise.</summary>
    public const int ApiPortDefault = 5000;

    public string ConnectionUri { get; init; } = "";
    public string DatabaseName { get; init; } = "";
    public string CollectionName { get; init; } = "customers";

    /// <summary><c>majority</c>, or how many members confirm a write, 1 to 7. Null: as the connection string says, else majority.</summary>
    public string? WriteConcern { get; init; }

    /// <summary>Null in this and the next: as the connection string says, else the default of <see cref="ClientSettings"/>.</summary>
    public int? MaxPoolSize { get; init; }
    public int? MinPoolSize { get; init; }
    public int? MaxIdleTimeMs { get; init; }
    public int? WaitQueueTimeoutMs { get; init; }
    public int? ServerSelectionTimeoutMs { get; init; }
    public int? ConnectTimeoutMs { get; init; }
    public int? SocketTimeoutMs { get; init; }
    public bool? IsTlsEnabled { get; init; }
    public string? TlsCaFilePath { get; init; }

    /// <summary>Null: as ASP.NET Core's own configuration says (<c>ASPNETCORE_URLS</c>), else <see cref="ApiPortDefault"/>.</summary>
    public int? ApiPort { get; init; }

    public string InstanceId { get; init; } = $"customer-{Guid.NewGuid().ToString("N")[..8]}";
    public LogLevel? LogLevel { get; init; }
    public int MaxPayloadSizeKb { get; init; } = 1024;

    /// <summary>Null: everywhere but in Production.</summary>
    public bool? IsStressEnabled { get; init; }

    /// <summary>Shortest time from the end of one computation of the analytics to the beginning of the next.</summary>
    public int AnalyticsRefreshSeconds { get; init; } = 10;

    /// <summary>The part of the time that a computation of the analytics may work; it rests the others.</summary>
    public int AnalyticsLoadPercent { get; init; } = 20;

    /// <summary>Reads the file and the environment.</summary>
    /// <param name="fileName">For messages.</param>
    /// <param name="text">The file; empty where there is none.</param>
    /// <param name="environment">Gives an environment variable.</param>
    /// <param name="connectionString"><c>ConnectionStrings:customers</c>, used where there is no connection_uri.</param>
    /// <param name="errors">Gets a message for each key or value that is wrong; the settings are good if there is none.</param>
    public static CustomerSettings Read(
        string fileName, string text, Func<string, string?> environment, string? connectionString, List<string> errors)
    {
        var settings = new CustomerSettings();
        foreach (var line in PropertiesFile.Parse(fileName, text, errors))
        {
            if (SettingsKeys.Find(line.Key) is not { } key)
                errors.Add($"{fileName}:{line.Number}: unknown key '{line.Key}'. Known are {string.Join(", ", SettingsKeys.All.Select(known => known.Name))}.");
            else if (line.Value.Length > 0)
                settings = key.Apply(settings, line.Value, $"{fileName}:{line.Number}: {key.Name}", errors);
        }

        foreach (var key in SettingsKeys.All)
        {
            var variable = key.Name.ToUpperInvariant();
            if (environment(variable)?.Trim() is { Length: > 0 } value) settings = key.Apply(settings, value, $"environment variable {variable}", errors);
        }

        return settings.Complete(connectionString, errors);
    }

    private CustomerSettings Complete(string? connectionString, List<string> errors)
    {
        if (MinPoolSize > (MaxPoolSize ?? ClientSettings.MaxPoolSizeDefault))
            errors.Add($"min_pool_size: {MinPoolSize} is more than max_pool_size, {MaxPoolSize ?? ClientSettings.MaxPoolSizeDefault}.");
        if (TlsCaFilePath is not null && IsTlsEnabled == false) errors.Add("tls_ca_file_path: needs tls_enabled = true.");
        var uri = ConnectionUri.Length > 0 ? ConnectionUri : connectionString;
        return (this with { ConnectionUri = string.IsNullOrEmpty(uri) ? ConnectionUriDefault : uri }).WithDatabase(errors);
    }

    // Never the text itself: it may hold a password.
    private CustomerSettings WithDatabase(List<string> errors)
    {
        try
        {
            var named = MongoUrl.Create(ConnectionUri).DatabaseName;
            if (DatabaseName.Length > 0) return this;
            return this with { DatabaseName = string.IsNullOrEmpty(named) ? DatabaseNameDefault : named };
        }
        catch (Exception e) when (e is MongoException or ArgumentException or FormatException)
        {
            errors.Add("connection_uri: is not a connection string like mongodb://user:password@host:27017/customers.");
            return this;
        }
    }
}
