namespace Stock.Api.Identity;

/// <summary>Redis has lost the stock, so nothing is known about its items.</summary>
internal sealed class LostStockException() : Exception("Redis has lost the stock.");
