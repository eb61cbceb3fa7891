namespace Order.Api.Orders;

internal sealed record BatchDone(string Msg);
