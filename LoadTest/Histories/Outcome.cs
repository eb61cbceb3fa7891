using System.Text.Json.Serialization;

namespace LoadTest.Histories;

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
