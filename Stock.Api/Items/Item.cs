namespace Stock.Api.Items;

/// <summary>An item as stored in its hash.</summary>
/// <param name="Available">Available pieces, at least 0.</param>
/// <param name="Price">Price per piece, at least 1.</param>
/// <param name="Sold">Pieces sold by checkouts.</param>
/// <param name="Total">Pieces added by add or batch_init, minus those removed by subtract.</param>
internal readonly record struct Item(long Available, long Price, long Sold, long Total)
{
    /// <summary>Pieces reserved by open checkouts.</summary>
    public long Held => Total - Available - Sold;
}
