namespace LoadTest.Reports;

/// <summary>A line of a plot. Its class colours it.</summary>
internal sealed record PlotLine(string Name, string Class, IReadOnlyList<double> Values);
