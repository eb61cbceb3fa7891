using System.Text.Json.Serialization;

namespace LoadTest.Histories;

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
