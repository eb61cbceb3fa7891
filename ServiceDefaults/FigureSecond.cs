using System.Diagnostics.CodeAnalysis;

namespace ServiceDefaults;

/// <summary>An instrument's measurements in one second.</summary>
/// <param name="At">The second, Unix time.</param>
/// <param name="Count">Number of measurements.</param>
/// <param name="Sum">Their sum, in the instrument's unit; for a gauge, the last value.</param>
/// <param name="Max">Their maximum.</param>
public sealed record FigureSecond(long At, long Count, double Sum, double Max);
