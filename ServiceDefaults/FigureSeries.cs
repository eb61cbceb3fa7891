using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;

namespace ServiceDefaults;

/// <summary>An instrument's measurements under one tag.</summary>
/// <param name="Instrument">Its name, e.g. <c>shop.batch.size</c>.</param>
/// <param name="Tag">The value of its first tag (of HTTP requests the route); empty where it has none.</param>
/// <param name="Seconds">The seconds in which there was anything, in order of time.</param>
public sealed record FigureSeries(string Instrument, string Tag, IReadOnlyList<FigureSecond> Seconds);
