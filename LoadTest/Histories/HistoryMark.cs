namespace LoadTest.Histories;

/// <summary>An event of the shop.</summary>
/// <param name="AtMs">When the event happened, in milliseconds.</param>
internal sealed record HistoryMark(MarkedEvent Event, double AtMs) : HistoryLine;
