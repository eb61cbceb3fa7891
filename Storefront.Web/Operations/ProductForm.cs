namespace Storefront.Web.Operations;

/// <summary>An operator's entries for a product. Stock.Api checks them.</summary>
internal sealed class ProductForm
{
    /// <summary>Identifies the form, however often it is sent.</summary>
    public Guid Key { get; set; }

    /// <summary>The revision that was shown.</summary>
    public long Revision { get; set; }

    public string? Name { get; set; }

    public string? Description { get; set; }

    public long? Price { get; set; }

    /// <summary>Pieces of a new product.</summary>
    public long? Stock { get; set; }

    public string? State { get; set; }
}
