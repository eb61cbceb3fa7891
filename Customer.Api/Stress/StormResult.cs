using Customer.Api.Metrics;

namespace Customer.Api.Stress;

/// <param name="Seconds">Duration of the storm.</param>
/// <param name="IsCutShort">Whether the time limit ended the storm.</param>
/// <param name="ByKind">Results by kind of operation.</param>
/// <param name="Latency">Latency of all successful operations.</param>
/// <param name="Errors">Number of failures by exception type.</param>
/// <param name="Before">Metrics of the storm's connection pool before the storm.</param>
/// <param name="After">The same metrics after the storm.</param>
internal sealed record StormResult(
    double Seconds, bool IsCutShort, IReadOnlyDictionary<StormKind, StormKindResult> ByKind, LatencyHistogram Latency, IReadOnlyDictionary<string, int> Errors,
    PoolFigures Before, PoolFigures After);
