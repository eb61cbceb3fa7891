using MongoDB.Bson;
using MongoDB.Driver;

namespace Customer.Api.Analytics;

/// <summary>What was computed last.</summary>
/// <param name="ComputedAt">When the computation ended.</param>
/// <param name="DurationMs">How long it took, with its rests.</param>
/// <param name="Summary">For <c>/customers/analytics/summary</c>.</param>
/// <param name="Purchases">For <c>/customers/analytics/purchases</c>.</param>
internal sealed record Figures(DateTime ComputedAt, long DurationMs, BsonDocument Summary, BsonDocument Purchases);
