using System.Text.Json.Serialization;

namespace LoadTest.Histories;

/// <summary>Events of the shop during a history.</summary>
[JsonConverter(typeof(NamedConverter<MarkedEvent>))]
internal enum MarkedEvent
{
    /// <summary>A fault begins.</summary>
    Damaged,

    /// <summary>The fault ends; the shop must recover on its own.</summary>
    Healed,

    /// <summary>No checkout is open, and no more will be requested.</summary>
    Settled,
}
