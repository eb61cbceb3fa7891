using System.ComponentModel.DataAnnotations;
using Storefront.Web.Visitors;

namespace Storefront.Web.Checkout;

/// <summary>An item and its quantity.</summary>
internal sealed class CheckoutLine
{
    [Required(ErrorMessage = "Please choose a product.")]
    public string? Item { get; set; }

    [Required(ErrorMessage = "Please enter a quantity."), Range(1, Visitor.QuantityMax, ErrorMessage = "Please enter a quantity from 1 to 99.")]
    public int? Quantity { get; set; }
}
