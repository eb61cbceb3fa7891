namespace Payment.Api.Accounts;

/// <summary>One thing to do with an account.</summary>
/// <param name="Key">Under it this happens once; asked again, the first outcome is the answer.</param>
/// <param name="Account">The account's id.</param>
/// <param name="Kind">What to do, or what to refund.</param>
/// <param name="Amount">1 or more; 0 to open an account. A refund gives back what was charged under the key, whatever is said here.</param>
/// <param name="IsRefund">Give back instead.</param>
/// <param name="IsClientKey">The key is the client's, who may ask again: refusals are remembered too, and it must come with the same movement.</param>
internal readonly record struct Movement(
    Guid Key, string Account, EntryKind Kind, long Amount, bool IsRefund = false, bool IsClientKey = false);
