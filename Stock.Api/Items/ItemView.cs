namespace Stock.Api.Items;

internal sealed record ItemView(long Stock, long Price, long Held, long Sold);
