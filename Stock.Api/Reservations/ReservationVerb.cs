namespace Stock.Api.Reservations;

/// <summary>A saga's command. The numbers are part of the protocol and must not change.</summary>
internal enum ReservationVerb
{
    /// <summary>Hold all of the saga's lines, or none.</summary>
    Hold = 1,

    /// <summary>Turn the held items into sold ones.</summary>
    Commit = 2,

    /// <summary>Make the held items available again. If nothing is held yet, a later hold is refused.</summary>
    Release = 3,
}
