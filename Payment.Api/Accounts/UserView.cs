using System.Text.Json.Serialization;

namespace Payment.Api.Accounts;

internal sealed record UserView([property: JsonPropertyName("user_id")] string UserId, long Credit);
