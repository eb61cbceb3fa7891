using System.ComponentModel.DataAnnotations;
using Storefront.Web.Services;
using Storefront.Web.Visitors;

namespace Storefront.Web.Checkout;

/// <summary>An item and its quantity, with the price and the quantity that the page showed.</summary>
internal sealed class CheckoutLine
{
    [Required(ErrorMessage = "Please choose a product.")]
    public string? Item { get; set; }

    [Required(ErrorMessage = "Please enter a quantity."), Range(1, Visitor.QuantityMax, ErrorMessage = "Please enter a quantity from 1 to 99.")]
    public int? Quantity { get; set; }

    /// <summary>The quantity that the shown total is for.</summary>
    public int? ShownQuantity { get; set; }

    /// <summary>The price of one piece that the shown total is for, in dollars.</summary>
    public long? ShownPrice { get; set; }

    /// <summary>The line to order, with the shown quantity if the entry is not valid. Not a property: the framework would read it.</summary>
    public OrderedItem ToItem() => new(Item ?? "", Quantity is >= 1 and <= Visitor.QuantityMax ? Quantity.Value
        : ShownQuantity is >= 1 and <= Visitor.QuantityMax ? ShownQuantity.Value : 1, ShownPrice);
}
