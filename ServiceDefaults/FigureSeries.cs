using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;

namespace ServiceDefaults;

/// <summary>An instrument's measurements with the same tag.</summary>
/// <param name="Instrument">The instrument's name, e.g. <c>shop.batch.size</c>.</param>
/// <param name="Tag">The value of its first tag (for HTTP requests, the route); empty if it has none.</param>
/// <param name="Seconds">The seconds with measurements, in chronological order.</param>
public sealed record FigureSeries(string Instrument, string Tag, IReadOnlyList<FigureSecond> Seconds);
