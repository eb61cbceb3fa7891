using System.ComponentModel.DataAnnotations;

namespace Storefront.Web.Checkout;

/// <summary>Requires the code or name of a state. Missing values pass: <see cref="RequiredAttribute"/> rejects those.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class StateAttribute : ValidationAttribute
{
    /// <inheritdoc />
    public override bool IsValid(object? value) => value is not string { Length: > 0 } text || UnitedStates.CodeOf(text) is not null;
}
