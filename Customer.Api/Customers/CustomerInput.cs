using System.ComponentModel;
using System.Text.Json.Serialization;

namespace Customer.Api.Customers;

/// <summary>A customer to store. Unknown fields are rejected. Computed fields may be sent back and are ignored.</summary>
internal sealed record CustomerInput(
    [property: JsonPropertyName("customer_id"), Description("1 to 64 letters, digits, - and _. Made by the service unless it is given.")] string? CustomerId,
    [property: Description("1 to 200 characters. first_name and last_name do instead.")] string? Name,
    [property: JsonPropertyName("first_name")] string? FirstName,
    [property: JsonPropertyName("last_name")] string? LastName,
    [property: Description("Unique among all customers, whatever its case.")] string Email,
    string? Phone,
    [property: Description("active, inactive, pending or suspended; active unless it is given.")] string? Status,
    [property: Description("Two letters, ISO 3166-1.")] string? Country,
    AddressContract? Address,
    [property: JsonPropertyName("user_id"), Description("The user of the payment service, for one customer at most.")] string? UserId,
    [property: Description("20 at most.")] string[]? Tags,
    [property: Description("20 texts, numbers and switches at most.")] Dictionary<string, object>? Preferences,
    [property: Description("100 at most.")] PurchaseContract[]? Purchases);
