using System.Diagnostics.CodeAnalysis;

namespace ServiceDefaults;

/// <summary>Recent measurements of a process.</summary>
/// <param name="Now">The current second, Unix time. Its data is incomplete.</param>
/// <param name="Since">The first second measured, Unix time.</param>
/// <param name="Series">The measurements.</param>
public sealed record FigureReport(long Now, long Since, IReadOnlyList<FigureSeries> Series);
