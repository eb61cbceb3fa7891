using System.ComponentModel.DataAnnotations;
using Storefront.Web.Services;
using Storefront.Web.Visitors;

namespace Storefront.Web.Checkout;

/// <summary>What a customer fills in. The same rules stand in the page's inputs, where browsers check them first.</summary>
internal sealed class CheckoutForm
{
    /// <summary>Most characters of name and street.</summary>
    public const int TextLengthMax = 100;

    /// <summary>Five digits, or nine.</summary>
    public const string ZipPattern = "[0-9]{5}(-[0-9]{4})?";

    // Text without control characters.
    private const string PlainPattern = @"\P{Cc}*";

    /// <summary>Stands for this form, however often it is sent.</summary>
    public Guid Key { get; set; }

    /// <summary>The customer's name.</summary>
    [Required(ErrorMessage = "Please enter your name."), StringLength(TextLengthMax, ErrorMessage = "A name has 100 characters at most.")]
    [RegularExpression(PlainPattern, ErrorMessage = "A name has no control characters.")]
    public string? Name { get; set; }

    /// <summary>Street and number.</summary>
    [Required(ErrorMessage = "Please enter street and number."), StringLength(TextLengthMax, ErrorMessage = "A street has 100 characters at most.")]
    [RegularExpression(PlainPattern, ErrorMessage = "A street has no control characters.")]
    public string? Street { get; set; }

    /// <summary>Code or name of a state.</summary>
    [Required(ErrorMessage = "Please choose a state."), State(ErrorMessage = "We deliver to the states of the USA only.")]
    public string? State { get; set; }

    /// <summary>Zip code.</summary>
    [Required(ErrorMessage = "Please enter your ZIP code."), RegularExpression(ZipPattern, ErrorMessage = "A ZIP code has five digits, such as 94107.")]
    public string? Zip { get; set; }

    /// <summary>What is bought.</summary>
    [Length(1, Visitor.LinesMax, ErrorMessage = "There is nothing to buy, or too much at once.")]
    public IList<CheckoutLine> Lines { get; set; } = [];

    /// <summary>The address; only of a form that is valid. No property, for the framework reads all of those before it is.</summary>
    public Shipping ToShipping() => new(Name!.Trim(), Street!.Trim(), UnitedStates.CodeOf(State)!, Zip!);
}
