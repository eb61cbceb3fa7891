namespace Stock.Api.Items;

internal sealed record BatchDone(string Msg);
