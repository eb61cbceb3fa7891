namespace Payment.Api.Accounts;

/// <summary>A request to an account: a movement, or to read the credit.</summary>
/// <param name="Account">Account ID.</param>
/// <param name="Movement">The movement to apply; null to read the credit.</param>
internal readonly record struct AccountRequest(string Account, Movement? Movement);
