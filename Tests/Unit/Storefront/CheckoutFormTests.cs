extern alias StorefrontWeb;
using System.ComponentModel.DataAnnotations;
using StorefrontWeb::Storefront.Web.Checkout;

namespace Tests.Unit.Storefront;

[Trait("Category", "Unit")]
public sealed class CheckoutFormTests
{
    [Fact]
    public void Entries_are_cleaned_before_validation()
    {
        var form = Form();
        (form.Name, form.Street, form.City) = ("  Jose\u0301 \u202E  Lima ", new string(' ', 100) + "1\tMain\u00A0St", $"\u200F{new string('x', 100)} ");
        (form.State, form.Zip) = (" ca ", "\u200E94107 ");
        Assert.Empty(Errors(form));
        var shipping = form.ToShipping();
        Assert.Equal(("Jos\u00E9 Lima", "1 Main St", new string('x', 100), "CA", "94107"),
            (shipping.Name, shipping.Street, shipping.City, shipping.State, shipping.Zip));
    }

    [Fact]
    public void Invisible_text_counts_as_missing_and_control_characters_are_rejected()
    {
        var form = Form();
        (form.Name, form.Street, form.City) = ("\u202E\u00A0\u200B", "1 Main\u0007 St", "\u001B[2J");
        Assert.Equal(["City", "Name", "Street"], Errors(form).Order(StringComparer.Ordinal));
    }

    private static CheckoutForm Form() =>
        new() { Name = "A", Street = "B", City = "C", State = "CA", Zip = "94107", Lines = [new CheckoutLine { Item = "i", Quantity = 1 }] };

    private static IEnumerable<string> Errors(CheckoutForm form)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(form, new(form), results, validateAllProperties: true);
        return results.SelectMany(static result => result.MemberNames);
    }
}
