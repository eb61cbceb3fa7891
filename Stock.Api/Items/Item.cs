namespace Stock.Api.Items;

/// <summary>An item as its hash holds it.</summary>
/// <param name="Available">Free to be sold, 0 or more.</param>
/// <param name="Price">For one piece, 1 or more.</param>
/// <param name="Sold">Sold by checkouts.</param>
/// <param name="Total">All that ever came in by add or batch_init, less what subtract took out.</param>
internal readonly record struct Item(long Available, long Price, long Sold, long Total)
{
    /// <summary>Reserved by checkouts under way.</summary>
    public long Held => Total - Available - Sold;
}
