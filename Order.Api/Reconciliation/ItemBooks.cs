using System.Text.Json.Serialization;

namespace Order.Api.Reconciliation;

/// <summary>An item beside the sum of the records that hold it.</summary>
internal sealed record ItemBooks(string Id, long Available, long Sold, long Total, long Held)
{
    /// <summary>What is held by the item's own numbers, less what the records say: 0, or something is moving or wrong.</summary>
    [JsonIgnore]
    public Int128 Excess => (Int128)Total - Available - Sold - Held;
}
