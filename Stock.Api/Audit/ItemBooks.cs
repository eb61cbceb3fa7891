namespace Stock.Api.Audit;

/// <summary>An item with the sum of the records that hold it.</summary>
/// <param name="Id">Item ID.</param>
/// <param name="Available">Available pieces.</param>
/// <param name="Sold">Pieces sold by checkouts.</param>
/// <param name="Total">Pieces added, minus pieces subtracted.</param>
/// <param name="Held">Sum of the records that hold the item; 0 if the records were not read.</param>
internal sealed record ItemBooks(string Id, long Available, long Sold, long Total, long Held);
