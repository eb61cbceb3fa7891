namespace Stock.Api.Items;

internal sealed record Prices(long?[] Values);
