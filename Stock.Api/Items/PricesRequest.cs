namespace Stock.Api.Items;

internal sealed record PricesRequest(string[] Items);
