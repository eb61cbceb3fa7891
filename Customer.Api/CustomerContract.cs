using System.ComponentModel;
using System.Text.Json.Serialization;

namespace Customer.Api;

// What the API document says of requests and answers. Both are read and written field by field (CustomerReader, CustomerJsonWriter), without these types.

internal sealed record AddressContract(string? Street, string? City, string? State, [property: JsonPropertyName("postal_code")] string? PostalCode);

internal sealed record PurchaseContract(
    string Product,
    [property: Description("1 to 100,000.")] long Quantity,
    [property: Description("Of one piece, 1 to 1,000,000,000.")] long Price,
    [property: Description("Now, unless it is given.")] DateTime? At);

/// <summary>A customer to store. Unknown fields are refused; those that are computed may be sent back and do not count.</summary>
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

/// <summary>A customer.</summary>
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

/// <summary>A page of customers; null for the cursor of the last page.</summary>
internal sealed record CustomerPageView(
    CustomerView[] Customers, int Count, int Limit, int Skip, [property: JsonPropertyName("next_cursor")] string? NextCursor);

/// <summary>What became of a batch, in its order.</summary>
internal sealed record BatchView(int Created, int Failed, BatchItemView[] Results);

internal sealed record BatchItemView(
    int Index,
    [property: Description("201, 400, 409 or 422.")] int Status,
    [property: JsonPropertyName("customer_id")] string? CustomerId,
    string? Detail,
    Dictionary<string, string[]>? Errors);
