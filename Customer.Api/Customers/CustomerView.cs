using System.ComponentModel;
using System.Text.Json.Serialization;

namespace Customer.Api.Customers;

internal sealed record CustomerView(
    [property: JsonPropertyName("customer_id")] string CustomerId,
    string Name,
    [property: JsonPropertyName("first_name")] string? FirstName,
    [property: JsonPropertyName("last_name")] string? LastName,
    string Email,
    string? Phone,
    string Status,
    string? Country,
    AddressContract? Address,
    [property: JsonPropertyName("user_id")] string? UserId,
    string[]? Tags,
    Dictionary<string, object>? Preferences,
    PurchaseContract[]? Purchases,
    [property: JsonPropertyName("total_spent")] long TotalSpent,
    [property: JsonPropertyName("purchase_count")] int PurchaseCount,
    [property: JsonPropertyName("last_purchase_at")] DateTime? LastPurchaseAt,
    [property: JsonPropertyName("created_at")] DateTime CreatedAt,
    [property: JsonPropertyName("updated_at")] DateTime UpdatedAt);
