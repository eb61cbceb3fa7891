using System.Text.Json.Serialization;

namespace Payment.Api.Accounts;

internal sealed record UserCreated([property: JsonPropertyName("user_id")] string UserId);
