namespace LoadTest.Reports;

/// <summary>A line of a plot. Its class sets the color.</summary>
internal sealed record PlotLine(string Name, string Class, IReadOnlyList<double> Values);
