namespace Storefront.Web;

/// <summary>Configuration section <c>Shop</c>.</summary>
internal sealed class ShopOptions
{
    public const string Section = "Shop";

    /// <summary>
    /// Credit for a new account, in dollars; customers can add the same amount again at any time. 0: no credit, and none can be added.
    /// </summary>
    public long WelcomeCredit { get; set; }

    /// <summary>
    /// Secret from which the cookies' key is derived: at least 32 characters, the same for all replicas. Empty: a key of this machine, in the framework's
    /// default location.
    /// </summary>
    public string? CookieSecret { get; set; }

    /// <summary>
    /// Key for the operator's page: at least 16 characters. Empty: the page is open to everyone in development, and does not exist elsewhere.
    /// </summary>
    public string? OperatorKey { get; set; }
}
