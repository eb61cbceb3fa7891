using System.Text.Json.Serialization;

namespace Order.Api.Operations;

internal sealed record OpenSagas(long Open, [property: JsonPropertyName("oldest_seconds")] double OldestSeconds);
