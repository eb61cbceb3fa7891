using System.Text.Json.Serialization;

namespace Order.Api.Reconciliation;

/// <summary>An item with the sum of the reservations that hold it.</summary>
internal sealed record ItemBooks(string Id, long Available, long Sold, long Total, long Held)
{
    /// <summary>
    /// The held quantity by the item's own numbers, minus the sum of the reservations. If not 0, a checkout is in progress or the books are wrong.
    /// </summary>
    [JsonIgnore]
    public Int128 Excess => (Int128)Total - Available - Sold - Held;
}
