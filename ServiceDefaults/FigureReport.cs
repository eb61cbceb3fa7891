using System.Diagnostics.CodeAnalysis;

namespace ServiceDefaults;

/// <summary>What a process measured of itself lately.</summary>
/// <param name="Now">The current second, Unix time. What is of it is not complete.</param>
/// <param name="Since">The second from which on it was measured.</param>
/// <param name="Series">What was measured.</param>
public sealed record FigureReport(long Now, long Since, IReadOnlyList<FigureSeries> Series);
