using System.Diagnostics.CodeAnalysis;

namespace ServiceDefaults;

/// <summary>What an instrument measured in one second.</summary>
/// <param name="At">The second, Unix time.</param>
/// <param name="Count">How many measurements there were.</param>
/// <param name="Sum">Their sum, in the instrument's unit; of a gauge what it read last.</param>
/// <param name="Max">The largest of them.</param>
public sealed record FigureSecond(long At, long Count, double Sum, double Max);
