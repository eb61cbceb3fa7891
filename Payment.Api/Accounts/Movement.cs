namespace Payment.Api.Accounts;

/// <summary>A movement on an account.</summary>
/// <param name="Key">The idempotency key. A retry gets the first outcome.</param>
/// <param name="Account">Account ID.</param>
/// <param name="Kind">The kind of movement to make or refund.</param>
/// <param name="Amount">At least 1; 0 to open an account. Ignored by a refund, which returns the amount charged under the key.</param>
/// <param name="IsRefund">Whether to refund the movement.</param>
/// <param name="IsClientKey">Whether the key is a client's, which may retry: refusals are stored too, and the key must come with the same movement.</param>
internal readonly record struct Movement(
    Guid Key, string Account, EntryKind Kind, long Amount, bool IsRefund = false, bool IsClientKey = false);
