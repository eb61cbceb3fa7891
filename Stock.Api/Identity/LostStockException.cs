namespace Stock.Api.Identity;

/// <summary>Redis has lost the stock: what is in it and what is not is not known.</summary>
internal sealed class LostStockException() : Exception("Redis has lost the stock.");
