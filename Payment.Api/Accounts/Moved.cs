namespace Payment.Api.Accounts;

internal sealed record Moved(bool Done);
