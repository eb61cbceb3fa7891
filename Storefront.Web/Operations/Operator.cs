using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using ServiceKit.Http;

namespace Storefront.Web.Operations;

/// <summary>
/// Access to the operator's pages. With a key, they are open to those who enter it. Without one, they are open to everyone in development and do not exist
/// elsewhere. In every case the gateway blocks requests from other machines.
/// </summary>
internal sealed class Operator
{
    private const string Cookie = "shop-operator";

    private static readonly TimeSpan Shift = TimeSpan.FromHours(8);

    private readonly HttpContext _context;
    private readonly ITimeLimitedDataProtector _seal;
    private readonly SecretKey? _key;

    public Operator(IHttpContextAccessor accessor, IDataProtectionProvider protection, IOptions<ShopOptions> options, IWebHostEnvironment environment)
    {
        _context = accessor.HttpContext ?? throw new InvalidOperationException("An operator exists only during a request.");
        _seal = protection.CreateProtector("operator").ToTimeLimitedDataProtector();
        _key = options.Value.OperatorKey is { Length: > 0 } key ? new(key) : null;
        Exists = _key is not null || environment.IsDevelopment();
        MayReset = environment.IsDevelopment();
    }

    /// <summary>Whether the operator's pages exist in this environment.</summary>
    public bool Exists { get; }

    /// <summary>Whether the shop can be reset: only in development.</summary>
    public bool MayReset { get; }

    /// <summary>Whether this request may see the operator's pages.</summary>
    public bool IsIn => Exists && (_key is null || (Open() is { } digest && _key.HasDigest(digest)));

    /// <summary>Checks the key and, if it is right, signs the operator in for eight hours.</summary>
    public bool TryEnter(string? key)
    {
        if (_key?.Is(key ?? "") != true) return false;
        // A digest of the key, so changing the key signs everyone out.
        _context.Response.Cookies.Append(Cookie, Convert.ToBase64String(_seal.Protect(_key.Digest.ToArray(), Shift)), new()
        {
            HttpOnly = true, IsEssential = true, MaxAge = Shift, Path = "/admin", SameSite = SameSiteMode.Strict, Secure = _context.Request.IsHttps,
        });
        return true;
    }

    private byte[]? Open()
    {
        try
        {
            return _context.Request.Cookies[Cookie] is { Length: > 0 } value ? _seal.Unprotect(Convert.FromBase64String(value)) : null;
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            return null;
        }
    }
}
