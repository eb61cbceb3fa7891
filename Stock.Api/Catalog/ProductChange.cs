namespace Stock.Api.Catalog;

/// <summary>Checked fields of a product; null for those that do not change.</summary>
internal sealed record ProductChange(string? Name = null, string? Description = null, long? Price = null, long? Stock = null, ProductState? State = null);
