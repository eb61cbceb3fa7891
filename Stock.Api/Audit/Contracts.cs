namespace Stock.Api.Audit;

/// <summary>Body of <c>POST /internal/audit/items</c>.</summary>
/// <param name="Cursor">"0" for the first page, then what the page before gave.</param>
internal sealed record ItemPageRequest(string Cursor);

/// <summary>A page of the items. An item may come twice, as Redis's SCAN has it; one that is there all the time comes at least once.</summary>
/// <param name="Cursor">For the next page; "0": this was the last one.</param>
/// <param name="Examined">How many items the page has.</param>
/// <param name="Items">Those among them of which something is held, or a number is negative.</param>
internal sealed record ItemPage(string Cursor, int Examined, ItemBooks[] Items);

/// <summary>Body of <c>POST /internal/audit/held</c>.</summary>
/// <param name="Items">Items to look at, <see cref="AuditEndpoints.ItemsMax"/> at most; besides them come all that a record holds.</param>
/// <param name="Now">Unix seconds of Order.Api's database, by which records are kept.</param>
/// <param name="IsAtomic">Read all in one step, while nothing else moves. Stops Redis for as long, so only for what is all but certain.</param>
internal sealed record HeldRequest(string[] Items, long Now, bool IsAtomic = false);

/// <summary>What is held.</summary>
/// <param name="Items">The items asked for that exist, and those that records hold.</param>
/// <param name="Sagas">Sagas with a record that holds; none where it was read in one step.</param>
internal sealed record HeldPage(ItemBooks[] Items, Guid[] Sagas);

/// <summary>An item beside the records that hold it.</summary>
/// <param name="Id">The item's.</param>
/// <param name="Available">Free to be sold.</param>
/// <param name="Sold">Sold by checkouts.</param>
/// <param name="Total">All that came in, less what was taken out.</param>
/// <param name="Held">Sum of the records that hold it; 0 where they were not read.</param>
internal sealed record ItemBooks(string Id, long Available, long Sold, long Total, long Held);
