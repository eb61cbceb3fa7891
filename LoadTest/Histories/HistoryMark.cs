namespace LoadTest.Histories;

/// <summary>Something happened to the shop.</summary>
/// <param name="Event">What.</param>
/// <param name="AtMs">When.</param>
internal sealed record HistoryMark(MarkedEvent Event, double AtMs) : HistoryLine;
