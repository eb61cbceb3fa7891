namespace Stock.Api.Audit;

/// <summary>A page of the items. An item may come twice, as Redis's SCAN has it; one that is there all the time comes at least once.</summary>
/// <param name="Cursor">For the next page; "0": this was the last one.</param>
/// <param name="Examined">How many items the page has.</param>
/// <param name="Items">Those among them of which something is held, or a number is negative.</param>
internal sealed record ItemPage(string Cursor, int Examined, ItemBooks[] Items);
