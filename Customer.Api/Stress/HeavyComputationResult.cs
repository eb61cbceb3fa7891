namespace Customer.Api.Stress;

/// <param name="Levels">The completed levels, lowest first.</param>
/// <param name="Hashes">Number of hashes in all levels.</param>
/// <param name="Digest">The end of the hash chain.</param>
/// <param name="Milliseconds">Duration of the computation.</param>
/// <param name="IsCutShort">Whether the time limit ended the computation.</param>
internal sealed record HeavyComputationResult(IReadOnlyList<AggregationLevel> Levels, long Hashes, string Digest, double Milliseconds, bool IsCutShort);
