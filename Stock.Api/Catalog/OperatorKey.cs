using ServiceDefaults;
using ServiceKit.Http;

namespace Stock.Api.Catalog;

/// <summary>
/// Requires the operator's key (<c>Shop:OperatorKey</c>, as for the operator's pages) to change products. Without a configured key, changes are allowed in
/// development only, where the gateway restricts them to this machine. Runs before the endpoint reads the body.
/// </summary>
internal sealed partial class OperatorKey : IEndpointFilter
{
    public const string Setting = "Shop:OperatorKey";

    private const string Scheme = "Bearer ";

    private readonly SecretKey? _key;
    private readonly bool _isOpen;
    private readonly LogThrottle _wrong;
    private readonly ILogger<OperatorKey> _logger;

    /// <exception cref="InvalidOperationException">The key is too short.</exception>
    public OperatorKey(IConfiguration configuration, IWebHostEnvironment environment, TimeProvider time, ILogger<OperatorKey> logger)
    {
        (_wrong, _logger) = (new(time), logger);
        var key = configuration[Setting] ?? "";
        if (SecretKey.IsTooShort(key)) throw new InvalidOperationException($"{Setting} must have at least {SecretKey.LengthMin} characters.");
        _key = key.Length > 0 ? new(key) : null;
        _isOpen = _key is null && environment.IsDevelopment();
    }

    /// <summary>Whether the request is from an operator.</summary>
    public bool IsGiven(HttpContext context) => _isOpen || (_key is not null && context.Request.Headers.Authorization.ToString() is var text
        && text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && _key.Is(text[Scheme.Length..].Trim()));

    /// <inheritdoc />
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        if (IsGiven(context.HttpContext)) return await next(context);
        if (_key is null) return Problems.Forbidden("This shop has no operator's key, so products cannot be changed.");
        if (_wrong.TryEnter(out var skipped)) LogRefused(_logger, context.HttpContext.Request.Method, context.HttpContext.Request.Path, skipped);
        context.HttpContext.Response.Headers.WWWAuthenticate = Scheme.Trim();
        return Problems.Unauthorized("Changes need the operator's key: Authorization: Bearer KEY.");
    }

    [LoggerMessage(323, LogLevel.Warning, "{Method} {Path} was refused: it did not have the operator's key ({Skipped} similar lines suppressed)")]
    private static partial void LogRefused(ILogger logger, string method, string path, int skipped);
}
