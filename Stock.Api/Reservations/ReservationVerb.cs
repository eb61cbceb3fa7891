namespace Stock.Api.Reservations;

/// <summary>What a saga wants. Numbers on the wire, and therefore for good.</summary>
internal enum ReservationVerb
{
    /// <summary>To hold its lines: all or none.</summary>
    Hold = 1,

    /// <summary>What it holds is sold.</summary>
    Commit = 2,

    /// <summary>What it holds is available again; if it holds nothing yet, it never will.</summary>
    Release = 3,
}
