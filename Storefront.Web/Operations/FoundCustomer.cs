using System.Text.Json.Serialization;

namespace Storefront.Web.Operations;

/// <summary>A customer of Customer.Api. Without a user ID, the customer has no account.</summary>
internal sealed record FoundCustomer(string Name, string Email, [property: JsonPropertyName("user_id")] string? UserId);
