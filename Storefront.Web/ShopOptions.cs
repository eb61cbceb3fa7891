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

    /// <summary>Where the keys of the cookies are kept, for replicas that share no home directory. Null: in the home directory.</summary>
    public string? KeysFolder { get; set; }
}
