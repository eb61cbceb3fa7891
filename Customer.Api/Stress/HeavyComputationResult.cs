namespace Customer.Api.Stress;

/// <summary>What a heavy computation came to.</summary>
/// <param name="Levels">Those that ended, the lowest first.</param>
/// <param name="Hashes">Hashes of all levels.</param>
/// <param name="Digest">The end of their chain.</param>
/// <param name="Milliseconds">How long it took.</param>
/// <param name="IsCutShort">Whether the time limit ended it.</param>
internal sealed record HeavyComputationResult(IReadOnlyList<AggregationLevel> Levels, long Hashes, string Digest, double Milliseconds, bool IsCutShort);
