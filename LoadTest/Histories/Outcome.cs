using System.Text.Json.Serialization;

namespace LoadTest.Histories;

/// <summary>The outcome of a request as the client knows it.</summary>
[JsonConverter(typeof(NamedConverter<Outcome>))]
internal enum Outcome
{
    /// <summary>2xx: done.</summary>
    Ok,

    /// <summary>4xx: not done, and this request will not do it later.</summary>
    Fail,

    /// <summary>5xx or no answer: done or not done.</summary>
    Unknown,
}
