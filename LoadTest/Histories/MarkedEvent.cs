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

    /// <summary>A machine or a disk is lost for good: it does not come back, or comes back empty.</summary>
    Lost,

    /// <summary>No checkout is open, and no more will be requested.</summary>
    Settled,
}
