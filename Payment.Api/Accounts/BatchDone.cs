namespace Payment.Api.Accounts;

internal sealed record BatchDone(string Msg);
