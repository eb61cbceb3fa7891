using System.Runtime.ExceptionServices;

namespace Payment.Api.Accounts;

/// <summary>The answer to an <see cref="AccountRequest"/>.</summary>
/// <param name="Status">The outcome of a movement.</param>
/// <param name="Credit">The credit; null if the account was not found.</param>
/// <param name="Failure">Why the outcome of a movement is unknown.</param>
internal readonly record struct AccountAnswer(EntryStatus Status = default, long? Credit = null, ExceptionDispatchInfo? Failure = null)
{
    /// <summary>Returns the outcome of a movement, or throws its failure.</summary>
    public EntryStatus Outcome()
    {
        Failure?.Throw();
        return Status;
    }
}
