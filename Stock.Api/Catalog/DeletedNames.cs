namespace Stock.Api.Catalog;

/// <summary>Names of deleted products, in the order requested; null for items that are not deleted products.</summary>
internal sealed record DeletedNames(string?[] Names);
