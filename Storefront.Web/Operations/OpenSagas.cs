using System.Text.Json.Serialization;

namespace Storefront.Web.Operations;

/// <summary>The number of open sagas, and the age of the oldest.</summary>
internal sealed record OpenSagas(long Open, [property: JsonPropertyName("oldest_seconds")] double OldestSeconds);
