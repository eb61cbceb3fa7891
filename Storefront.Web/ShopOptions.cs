namespace Storefront.Web;

/// <summary>Configuration section <c>Shop</c>.</summary>
internal sealed class ShopOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Shop";

    /// <summary>
    /// What a new customer's account is given, and again whenever they ask for more, so that anybody can try the shop. 0: nothing, and nobody may ask.
    /// </summary>
    public long WelcomeCredit { get; set; }

    /// <summary>
    /// What the cookies' key is made of, 32 characters or more: the same for all replicas. Empty: a key of this machine's, kept where the framework does.
    /// </summary>
    public string? CookieSecret { get; set; }

    /// <summary>
    /// Opens the operator's page to those who know it: 16 characters or more. Empty: in development the page is open to all who reach it, elsewhere there is
    /// none.
    /// </summary>
    public string? OperatorKey { get; set; }
}
