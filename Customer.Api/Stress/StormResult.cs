using Customer.Api.Metrics;

namespace Customer.Api.Stress;

/// <summary>What a storm came to.</summary>
/// <param name="Seconds">How long it took.</param>
/// <param name="IsCutShort">Whether the time limit ended it.</param>
/// <param name="ByKind">What became of each kind of operation.</param>
/// <param name="Latency">Of all that succeeded.</param>
/// <param name="Errors">What failed, by the exception's type.</param>
/// <param name="Before">The pool that the storm used, before it.</param>
/// <param name="After">The same afterwards.</param>
internal sealed record StormResult(
    double Seconds, bool IsCutShort, IReadOnlyDictionary<StormKind, StormKindResult> ByKind, LatencyHistogram Latency, IReadOnlyDictionary<string, int> Errors,
    PoolFigures Before, PoolFigures After);
