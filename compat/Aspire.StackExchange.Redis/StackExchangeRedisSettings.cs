namespace Aspire.StackExchange.Redis;

/// <summary>Settings of one Redis connection; section <c>Aspire:StackExchange:Redis</c>, then <c>Aspire:StackExchange:Redis:NAME</c>.</summary>
public sealed class StackExchangeRedisSettings
{
    /// <summary>The connection string (<c>host:port,password=...</c>); <c>ConnectionStrings:NAME</c> wins over the sections.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Leaves out the health check. Default false.</summary>
    public bool DisableHealthChecks { get; set; }

    /// <summary>Leaves out tracing. Default false; without effect here, see README.md.</summary>
    public bool DisableTracing { get; set; }

    /// <summary>True (the default): connect when first resolved. False: connect when the host starts.</summary>
    public bool DisableAutoActivation { get; set; } = true;
}
