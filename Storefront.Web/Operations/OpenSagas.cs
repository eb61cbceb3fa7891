using System.Text.Json.Serialization;

namespace Storefront.Web.Operations;

/// <summary>Sagas that are open.</summary>
internal sealed record OpenSagas(long Open, [property: JsonPropertyName("oldest_seconds")] double OldestSeconds);
