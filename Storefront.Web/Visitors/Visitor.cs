using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using ServiceDefaults;
using Storefront.Web.Services;

namespace Storefront.Web.Visitors;

/// <summary>Who visits, and what is in their basket: two cookies, sealed by data protection, so that nobody can write one.</summary>
internal sealed class Visitor
{
    /// <summary>Most lines of a basket; with ids of 64 characters the cookie stays below 4 kB.</summary>
    public const int LinesMax = 20;

    /// <summary>Most pieces of one item.</summary>
    public const int QuantityMax = 99;

    /// <summary>The basket's cookie. Who has one has pages of their own; all others share theirs.</summary>
    public const string BasketCookie = "shop-basket";

    private const string UserCookie = "shop-user";

    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    private readonly HttpContext _context;
    private readonly IDataProtector _basketSeal;
    private readonly IDataProtector _userSeal;

    public Visitor(IHttpContextAccessor accessor, IDataProtectionProvider protection)
    {
        _context = accessor.HttpContext ?? throw new InvalidOperationException("There is a visitor only while there is a request.");
        (_basketSeal, _userSeal) = (protection.CreateProtector("basket"), protection.CreateProtector("user"));
        Basket = Parse(Open(BasketCookie, _basketSeal));
        UserId = Open(UserCookie, _userSeal) is { } user && PathValues.IsId(user) ? user : null;
    }

    /// <summary>The user who pays; null before the first order.</summary>
    public string? UserId { get; private set; }

    /// <summary>Items and quantities, in the order they were added.</summary>
    public IReadOnlyList<OrderedItem> Basket { get; private set; }

    /// <summary>Pieces in the basket.</summary>
    public long Pieces => Basket.Sum(static line => line.Quantity);

    /// <summary>Remembers who pays; null forgets it.</summary>
    public void SetUser(string? user)
    {
        UserId = user;
        if (user is null) _context.Response.Cookies.Delete(UserCookie, Options(null));
        else Write(UserCookie, _userSeal.Protect(user));
    }

    /// <summary>Adds pieces to an item's line. False: the basket has as many lines as it can; quantities stop at <see cref="QuantityMax"/>.</summary>
    public bool Add(string item, long quantity)
    {
        var before = Basket.FirstOrDefault(line => line.Item == item);
        if (before is null && Basket.Count >= LinesMax) return false;
        Set(item, Math.Min((before?.Quantity ?? 0) + quantity, QuantityMax));
        return true;
    }

    /// <summary>Sets the quantity of an item's line, 0 to take it out.</summary>
    public void Set(string item, long quantity)
    {
        List<OrderedItem> lines = [.. Basket];
        var at = lines.FindIndex(line => line.Item == item);
        if (at < 0) lines.Add(new(item, quantity));
        else lines[at] = new(item, quantity);
        SetBasket(lines);
    }

    /// <summary>Replaces the basket; lines of no pieces are left out.</summary>
    public void SetBasket(IEnumerable<OrderedItem> lines)
    {
        Basket = [.. lines.Where(static line => line.Quantity is > 0 and <= QuantityMax).Take(LinesMax)];
        if (Basket.Count == 0) _context.Response.Cookies.Delete(BasketCookie, Options(null));
        else Write(BasketCookie, _basketSeal.Protect(string.Join(' ', Basket.Select(static line => $"{line.Item}:{line.Quantity}"))));
    }

    private static List<OrderedItem> Parse(string? text)
    {
        var lines = new List<OrderedItem>();
        foreach (var line in (text ?? "").Split(' ', LinesMax + 1, StringSplitOptions.RemoveEmptyEntries).Take(LinesMax))
        {
            if (line.Split(':') is [var item, var number] && PathValues.IsId(item) && PathValues.TryAmount(number, out var quantity, QuantityMax))
                lines.Add(new(item, quantity));
        }

        return lines;
    }

    // Sealed with other keys, or tampered with: as good as none.
    private string? Open(string name, IDataProtector seal)
    {
        try
        {
            return _context.Request.Cookies[name] is { Length: > 0 } value ? seal.Unprotect(value) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private void Write(string name, string value) => _context.Response.Cookies.Append(name, value, Options(Kept));

    private CookieOptions Options(TimeSpan? kept) => new()
    {
        HttpOnly = true, IsEssential = true, MaxAge = kept, Path = "/", SameSite = SameSiteMode.Lax, Secure = _context.Request.IsHttps,
    };
}
