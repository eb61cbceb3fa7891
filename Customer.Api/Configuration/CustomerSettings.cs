using MongoDB.Driver;

namespace Customer.Api.Configuration;

/// <summary>
/// The service's settings, from <c>config.properties</c> and from environment variables with the same names in upper case, which take precedence.
/// </summary>
internal sealed record CustomerSettings
{
    /// <summary>The file's name in the service's folder. The environment variable <c>CONFIG_FILE</c> overrides the path.</summary>
    public const string FileName = "config.properties";

    public const string ConnectionUriDefault = "mongodb://localhost:27017";

    /// <summary>The database name if neither the configuration nor the connection string contains one.</summary>
    public const string DatabaseNameDefault = "customers_db";

    /// <summary>The port if neither <c>api_port</c> nor ASP.NET Core's own configuration sets one.</summary>
    public const int ApiPortDefault = 5000;

    public string ConnectionUri { get; init; } = "";
    public string DatabaseName { get; init; } = "";
    public string CollectionName { get; init; } = "customers";

    /// <summary><c>majority</c>, or the number of members that confirm a write, 1 to 7. Null: as in the connection string, or else majority.</summary>
    public string? WriteConcern { get; init; }

    /// <summary>Null, here and in the following settings: as in the connection string, or else the default of <see cref="ClientSettings"/>.</summary>
    public int? MaxPoolSize { get; init; }
    public int? MinPoolSize { get; init; }
    public int? MaxIdleTimeMs { get; init; }
    public int? WaitQueueTimeoutMs { get; init; }
    public int? ServerSelectionTimeoutMs { get; init; }
    public int? ConnectTimeoutMs { get; init; }
    public int? SocketTimeoutMs { get; init; }
    public bool? IsTlsEnabled { get; init; }
    public string? TlsCaFilePath { get; init; }

    /// <summary>Null: as in ASP.NET Core's own configuration (<c>ASPNETCORE_URLS</c>), or else <see cref="ApiPortDefault"/>.</summary>
    public int? ApiPort { get; init; }

    public string InstanceId { get; init; } = $"customer-{Guid.NewGuid().ToString("N")[..8]}";
    public LogLevel? LogLevel { get; init; }
    public int MaxPayloadSizeKb { get; init; } = 1024;

    /// <summary>Null: enabled except in Production.</summary>
    public bool? IsStressEnabled { get; init; }

    /// <summary>Minimum number of seconds from the end of one computation of the analytics to the start of the next.</summary>
    public int AnalyticsRefreshSeconds { get; init; } = 10;

    /// <summary>Percentage of the time that a computation of the analytics may work. The rest of the time it pauses.</summary>
    public int AnalyticsLoadPercent { get; init; } = 20;

    /// <summary>Reads the file and the environment.</summary>
    /// <param name="fileName">File name for error messages.</param>
    /// <param name="text">The file's text; empty if there is no file.</param>
    /// <param name="environment">Returns an environment variable.</param>
    /// <param name="connectionString"><c>ConnectionStrings:customers</c>, used if there is no connection_uri.</param>
    /// <param name="errors">Receives a message for each invalid key or value. The settings are valid if it stays empty.</param>
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

    // The message must not contain the connection string, which may include a password.
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
