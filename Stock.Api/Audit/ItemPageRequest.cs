namespace Stock.Api.Audit;

/// <summary>Body of <c>POST /internal/audit/items</c>.</summary>
/// <param name="Cursor">"0" for the first page, then the cursor of the previous page.</param>
internal sealed record ItemPageRequest(string Cursor);
