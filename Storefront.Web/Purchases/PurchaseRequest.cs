using System.Text.Json.Serialization;

namespace Storefront.Web.Purchases;

internal sealed record PurchaseRequest(
    [property: JsonPropertyName("product_name")] string? ProductName,
    int? Quantity,
    [property: JsonPropertyName("customer_name")] string? CustomerName,
    [property: JsonPropertyName("street_address")] string? StreetAddress,
    string? City,
    string? State,
    [property: JsonPropertyName("zip_code")] string? ZipCode,
    [property: JsonPropertyName("user_id")] string? UserId);
