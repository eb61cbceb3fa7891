using System.ComponentModel.DataAnnotations;
using Storefront.Web.Visitors;

namespace Storefront.Web.Checkout;

/// <summary>Pieces of an item.</summary>
internal sealed class CheckoutLine
{
    /// <summary>The item.</summary>
    [Required]
    public string? Item { get; set; }

    /// <summary>How many.</summary>
    [Required(ErrorMessage = "Please enter a quantity."), Range(1, Visitor.QuantityMax, ErrorMessage = "1 to 99 pieces.")]
    public int? Quantity { get; set; }
}
