using System.Text.Json.Serialization;

namespace LoadTest.Histories;

/// <summary>
/// A line of a history: the clients' requests and answers while a fault was injected, and the books afterwards. A file of them, JSON lines, is all that
/// <see cref="HistoryChecker"/> needs. Times are milliseconds since the beginning, on one monotonic clock.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "is")]
[JsonDerivedType(typeof(HistoryRun), "run")]
[JsonDerivedType(typeof(HistoryRequest), "request")]
[JsonDerivedType(typeof(HistoryMark), "mark")]
[JsonDerivedType(typeof(HistoryBooks), "books")]
internal abstract record HistoryLine;
