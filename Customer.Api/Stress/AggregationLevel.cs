namespace Customer.Api.Stress;

/// <param name="Kind"><c>group</c>, <c>sort</c> or <c>join</c>.</param>
/// <param name="Documents">Number of documents in the result.</param>
/// <param name="AggregationMs">Duration of the aggregation up to this level, including the levels below.</param>
/// <param name="AddedMs">Additional duration compared with the level below. Noise can make it negative.</param>
/// <param name="ComputationMs">Duration of the level's hashes.</param>
internal sealed record AggregationLevel(string Kind, long Documents, double AggregationMs, double AddedMs, double ComputationMs);
