namespace Payment.Api.Accounts;

/// <summary>The answer to an <see cref="AccountRequest"/>.</summary>
/// <param name="Status">The outcome of a movement.</param>
/// <param name="Credit">The credit; null if the account was not found.</param>
internal readonly record struct AccountAnswer(EntryStatus Status = default, long? Credit = null);
