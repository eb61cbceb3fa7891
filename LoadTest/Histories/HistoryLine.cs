using System.Text.Json.Serialization;

namespace LoadTest.Histories;

/// <summary>
/// A line of a history: what clients asked of the shop and heard while something was broken on purpose, and what its books said afterwards. A file of them,
/// JSON lines, is all that <see cref="HistoryChecker"/> needs. Times are milliseconds since the beginning, all by one monotonic clock.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "is")]
[JsonDerivedType(typeof(HistoryRun), "run")]
[JsonDerivedType(typeof(HistoryRequest), "request")]
[JsonDerivedType(typeof(HistoryMark), "mark")]
[JsonDerivedType(typeof(HistoryBooks), "books")]
internal abstract record HistoryLine;
