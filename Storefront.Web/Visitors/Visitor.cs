using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using ServiceDefaults;
using Storefront.Web.Services;

namespace Storefront.Web.Visitors;

/// <summary>The visitor and their basket, in two cookies that data protection encrypts and signs, so clients cannot forge them.</summary>
internal sealed class Visitor
{
    /// <summary>Maximum number of lines in a basket; with ids of 64 characters the cookie stays below 4 kB.</summary>
    public const int LinesMax = 20;

    /// <summary>Maximum quantity of one item.</summary>
    public const int QuantityMax = 99;

    /// <summary>The basket's cookie. Requests with it get their own pages; all others share cached ones.</summary>
    public const string BasketCookie = "shop-basket";

    private const string UserCookie = "shop-user";

    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    private readonly HttpContext _context;
    private readonly IDataProtector _basketSeal;
    private readonly IDataProtector _userSeal;

    public Visitor(IHttpContextAccessor accessor, IDataProtectionProvider protection)
    {
        _context = accessor.HttpContext ?? throw new InvalidOperationException("A visitor exists only during a request.");
        (_basketSeal, _userSeal) = (protection.CreateProtector("basket"), protection.CreateProtector("user"));
        Basket = Parse(Open(BasketCookie, _basketSeal));
        UserId = Open(UserCookie, _userSeal) is { } user && PathValues.IsId(user) ? user : null;
    }

    /// <summary>The paying user; null before the first order.</summary>
    public string? UserId { get; private set; }

    /// <summary>Items and quantities, in the order they were added.</summary>
    public IReadOnlyList<OrderedItem> Basket { get; private set; }

    /// <summary>Total quantity in the basket.</summary>
    public long Pieces => Basket.Sum(static line => line.Quantity);

    /// <summary>Stores the paying user in the cookie; null deletes it.</summary>
    public void SetUser(string? user)
    {
        UserId = user;
        if (user is null) _context.Response.Cookies.Delete(UserCookie, Options(null));
        else Write(UserCookie, _userSeal.Protect(user));
    }

    /// <summary>Adds to an item's quantity, up to <see cref="QuantityMax"/>. Returns false if the basket cannot take another line.</summary>
    /// <param name="item">The item.</param>
    /// <param name="quantity">The quantity to add.</param>
    /// <param name="isCut">Whether less was added because of the maximum.</param>
    public bool Add(string item, long quantity, out bool isCut)
    {
        isCut = false;
        var before = Basket.FirstOrDefault(line => line.Item == item);
        if (before is null && Basket.Count >= LinesMax) return false;
        var wanted = (before?.Quantity ?? 0) + quantity;
        isCut = wanted > QuantityMax;
        Set(item, Math.Min(wanted, QuantityMax));
        return true;
    }

    /// <summary>Sets an item's quantity; 0 removes it. A new line is ignored if the basket is full.</summary>
    public void Set(string item, long quantity)
    {
        List<OrderedItem> lines = [.. Basket];
        var at = lines.FindIndex(line => line.Item == item);
        if (at < 0) lines.Add(new(item, quantity));
        else lines[at] = new(item, quantity);
        SetBasket(lines);
    }

    /// <summary>Sets the quantities of these items, and removes one item. Items that are not in the basket are ignored.</summary>
    public void UpdateBasket(IReadOnlyCollection<OrderedItem> lines, string? remove = null) =>
        SetBasket(Basket.Where(line => line.Item != remove).Select(line => lines.FirstOrDefault(one => one.Item == line.Item) ?? line));

    /// <summary>Sets the quantities of these items, and adds those that are not in the basket.</summary>
    public void PutBack(IReadOnlyCollection<OrderedItem> lines) => SetBasket(
        [.. Basket.Select(line => lines.FirstOrDefault(one => one.Item == line.Item) ?? line), .. lines.ExceptBy(Basket.Select(Item), Item)]);

    /// <summary>Replaces the basket, without lines whose quantity is 0.</summary>
    public void SetBasket(IEnumerable<OrderedItem> lines)
    {
        Basket = [.. lines.Where(static line => line.Quantity is > 0 and <= QuantityMax).Take(LinesMax)];
        if (Basket.Count == 0) _context.Response.Cookies.Delete(BasketCookie, Options(null));
        else Write(BasketCookie, _basketSeal.Protect(string.Join(' ', Basket.Select(static line => $"{line.Item}:{line.Quantity}"))));
    }

    private static string Item(OrderedItem line) => line.Item;

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

    // A cookie from other keys, or one that was tampered with, is ignored.
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
