using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;

namespace Storefront.Web.Operations;

/// <summary>
/// Who may see the operator's pages: in development everybody who reaches them, unless there is a key; with a key those who have it; otherwise nobody.
/// The gateway lets nobody from elsewhere through in either case.
/// </summary>
internal sealed class Operator
{
    /// <summary>Fewest characters of a key.</summary>
    public const int KeyLengthMin = 16;

    private const string Cookie = "shop-operator";

    private static readonly TimeSpan Shift = TimeSpan.FromHours(8);

    private readonly HttpContext _context;
    private readonly ITimeLimitedDataProtector _seal;
    private readonly string? _key;

    public Operator(IHttpContextAccessor accessor, IDataProtectionProvider protection, IOptions<ShopOptions> options, IWebHostEnvironment environment)
    {
        _context = accessor.HttpContext ?? throw new InvalidOperationException("There is an operator only while there is a request.");
        _seal = protection.CreateProtector("operator").ToTimeLimitedDataProtector();
        _key = options.Value.OperatorKey is { Length: > 0 } key ? key : null;
        Exists = _key is not null || environment.IsDevelopment();
        MayReset = environment.IsDevelopment();
    }

    /// <summary>Are there operator's pages at all?</summary>
    public bool Exists { get; }

    /// <summary>The services empty themselves in development only.</summary>
    public bool MayReset { get; }

    /// <summary>May this request see them?</summary>
    public bool IsIn => Exists && (_key is null || (Open() is { } digest && CryptographicOperations.FixedTimeEquals(digest, Digest(_key))));

    /// <summary>Lets in who has the key, for eight hours.</summary>
    public bool TryEnter(string? key)
    {
        if (_key is null || !CryptographicOperations.FixedTimeEquals(Digest(key ?? ""), Digest(_key))) return false;
        _context.Response.Cookies.Append(Cookie, Convert.ToBase64String(_seal.Protect(Digest(_key), Shift)), new()
        {
            HttpOnly = true, IsEssential = true, MaxAge = Shift, Path = "/admin", SameSite = SameSiteMode.Strict, Secure = _context.Request.IsHttps,
        });
        return true;
    }

    // Of the key that was given: another key ends all shifts.
    private static byte[] Digest(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

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
