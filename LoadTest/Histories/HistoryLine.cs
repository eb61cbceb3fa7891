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

/// <summary>The first line.</summary>
/// <param name="Fault">What was broken.</param>
/// <param name="Seed">Which order came when, and what each client did, follows from it.</param>
/// <param name="At">When it began.</param>
internal sealed record HistoryRun(string Fault, int Seed, DateTimeOffset At) : HistoryLine;

/// <summary>A checkout that was asked for.</summary>
/// <param name="Order">The order's id.</param>
/// <param name="FromMs">When it was sent.</param>
/// <param name="UntilMs">When the answer was there, or none could come any more.</param>
/// <param name="Outcome">What the client knows then.</param>
internal sealed record HistoryRequest(string Order, double FromMs, double UntilMs, Outcome Outcome) : HistoryLine;

/// <summary>By name only: a number may stand for nothing, and would count as nothing.</summary>
internal sealed class NamedConverter<T>() : JsonStringEnumConverter<T>(namingPolicy: null, allowIntegerValues: false) where T : struct, Enum;

/// <summary>What a client knows of what it asked for.</summary>
[JsonConverter(typeof(NamedConverter<Outcome>))]
internal enum Outcome
{
    /// <summary>2xx: it is done.</summary>
    Ok,

    /// <summary>4xx: it is not done, and this request will not do it later.</summary>
    Fail,

    /// <summary>5xx, or no answer: one or the other.</summary>
    Unknown,
}

/// <summary>Something happened to the shop.</summary>
/// <param name="Event">What.</param>
/// <param name="AtMs">When.</param>
internal sealed record HistoryMark(MarkedEvent Event, double AtMs) : HistoryLine;

/// <summary>What happened to the shop.</summary>
[JsonConverter(typeof(NamedConverter<MarkedEvent>))]
internal enum MarkedEvent
{
    /// <summary>From now on something is broken.</summary>
    Damaged,

    /// <summary>Nothing is broken any more: the rest must come by itself.</summary>
    Healed,

    /// <summary>No checkout is open any more, and nobody asks for one.</summary>
    Settled,
}

/// <summary>The last line: the books before the first request and after the last one.</summary>
/// <param name="Paid">Orders that are paid.</param>
/// <param name="CreditBefore">By user.</param>
/// <param name="CreditAfter">By user.</param>
/// <param name="StockBefore">What is available, by item.</param>
/// <param name="StockAfter">By item.</param>
/// <param name="Held">What is reserved for checkouts, of all items.</param>
internal sealed record HistoryBooks(
    IReadOnlyList<PaidOrder> Paid, IReadOnlyDictionary<string, long> CreditBefore, IReadOnlyDictionary<string, long> CreditAfter,
    IReadOnlyDictionary<string, long> StockBefore, IReadOnlyDictionary<string, long> StockAfter, long Held) : HistoryLine;

/// <summary>An order that is paid.</summary>
/// <param name="Id">Its id.</param>
/// <param name="User">Whose it is.</param>
/// <param name="Total">What it costs.</param>
/// <param name="Items">What it has, a line each.</param>
/// <param name="Quantities">How many, a line each.</param>
internal sealed record PaidOrder(string Id, string User, long Total, IReadOnlyList<string> Items, IReadOnlyList<long> Quantities);
