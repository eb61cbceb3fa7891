namespace Customer.Api.Stress;

/// <summary>A level of nested aggregations.</summary>
/// <param name="Kind"><c>group</c>, <c>sort</c> or <c>join</c>.</param>
/// <param name="Documents">Its result.</param>
/// <param name="AggregationMs">How long the aggregation took up to this level, with those below.</param>
/// <param name="AddedMs">How much longer that is than without this level. Noise can make it negative.</param>
/// <param name="ComputationMs">How long its hashes took.</param>
internal sealed record AggregationLevel(string Kind, long Documents, double AggregationMs, double AddedMs, double ComputationMs);
