namespace Stock.Api.Audit;

/// <summary>A page of the items. As with Redis's SCAN, an item may be returned twice. Items that exist throughout are returned at least once.</summary>
/// <param name="Cursor">Cursor for the next page; "0" after the last page.</param>
/// <param name="Examined">Number of items in the page.</param>
/// <param name="Items">The items in the page with held stock or a negative quantity.</param>
internal sealed record ItemPage(string Cursor, int Examined, ItemBooks[] Items);
