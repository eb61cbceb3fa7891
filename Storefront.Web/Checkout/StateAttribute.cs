using System.ComponentModel.DataAnnotations;

namespace Storefront.Web.Checkout;

/// <summary>Code or name of a state; what is missing is another rule's affair.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class StateAttribute : ValidationAttribute
{
    /// <inheritdoc />
    public override bool IsValid(object? value) => value is not string { Length: > 0 } text || UnitedStates.CodeOf(text) is not null;
}
