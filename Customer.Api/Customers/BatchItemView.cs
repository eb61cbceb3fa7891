using System.ComponentModel;
using System.Text.Json.Serialization;

namespace Customer.Api.Customers;

internal sealed record BatchItemView(
    int Index,
    [property: Description("201, 400, 409 or 422.")] int Status,
    [property: JsonPropertyName("customer_id")] string? CustomerId,
    string? Detail,
    Dictionary<string, string[]>? Errors);
