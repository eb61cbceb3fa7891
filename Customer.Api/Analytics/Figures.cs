using MongoDB.Bson;
using MongoDB.Driver;

namespace Customer.Api.Analytics;

/// <summary>The latest statistics.</summary>
/// <param name="ComputedAt">When the computation ended, UTC.</param>
/// <param name="DurationMs">Duration in milliseconds, including pauses.</param>
/// <param name="Summary">For <c>/customers/analytics/summary</c>.</param>
/// <param name="Purchases">For <c>/customers/analytics/purchases</c>.</param>
internal sealed record Figures(DateTime ComputedAt, long DurationMs, BsonDocument Summary, BsonDocument Purchases);
