namespace Stock.Api.Audit;

/// <summary>An item beside the records that hold it.</summary>
/// <param name="Id">The item's.</param>
/// <param name="Available">Free to be sold.</param>
/// <param name="Sold">Sold by checkouts.</param>
/// <param name="Total">All that came in, less what was taken out.</param>
/// <param name="Held">Sum of the records that hold it; 0 where they were not read.</param>
internal sealed record ItemBooks(string Id, long Available, long Sold, long Total, long Held);
