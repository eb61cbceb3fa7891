using System.ComponentModel.DataAnnotations;
using ServiceKit.Text;
using Storefront.Web.Services;
using Storefront.Web.Visitors;

namespace Storefront.Web.Checkout;

/// <summary>The customer's entries, cleaned. The page's inputs have the same rules, so browsers check them first.</summary>
internal sealed class CheckoutForm
{
    /// <summary>Maximum length of name, street and city, in characters.</summary>
    public const int TextLengthMax = 100;

    /// <summary>Five digits, or nine with a hyphen.</summary>
    public const string ZipPattern = "[0-9]{5}(-[0-9]{4})?";

    // Text without control characters.
    private const string PlainPattern = @"\P{Cc}*";

    /// <summary>Identifies the form, however often it is sent.</summary>
    public Guid Key { get; set; }

    [Required(ErrorMessage = "Please enter your name."), StringLength(TextLengthMax, ErrorMessage = "A name can have at most 100 characters.")]
    [RegularExpression(PlainPattern, ErrorMessage = "A name cannot contain control characters.")]
    public string? Name { get; set => field = PlainText.Clean(value); }

    /// <summary>Street and house number.</summary>
    [Required(ErrorMessage = "Please enter your street address.")]
    [StringLength(TextLengthMax, ErrorMessage = "A street address can have at most 100 characters.")]
    [RegularExpression(PlainPattern, ErrorMessage = "A street address cannot contain control characters.")]
    public string? Street { get; set => field = PlainText.Clean(value); }

    /// <summary>City. The page requires it; programs may leave it out.</summary>
    [StringLength(TextLengthMax, ErrorMessage = "A city can have at most 100 characters.")]
    [RegularExpression(PlainPattern, ErrorMessage = "A city cannot contain control characters.")]
    public string? City { get; set => field = PlainText.Clean(value); }

    /// <summary>Code or name of a state.</summary>
    [Required(ErrorMessage = "Please choose a state."), State(ErrorMessage = "Orders can only go to US states and the District of Columbia.")]
    public string? State { get; set => field = PlainText.Clean(value); }

    [Required(ErrorMessage = "Please enter your ZIP code."), RegularExpression(ZipPattern, ErrorMessage = "A ZIP code has five digits, such as 94107.")]
    public string? Zip { get; set => field = PlainText.Clean(value); }

    [Length(1, Visitor.LinesMax, ErrorMessage = "An order must have 1 to 20 different products.")]
    public IList<CheckoutLine> Lines { get; set; } = [];

    /// <summary>The address of a valid form. Not a property: the framework would read it before the form is valid.</summary>
    public Shipping ToShipping() => new(Name!, Street!, string.IsNullOrEmpty(City) ? null : City, UnitedStates.CodeOf(State)!, Zip!);
}
