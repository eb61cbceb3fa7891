namespace Payment.Api.Audit;

/// <summary>The entry of a saga's charge.</summary>
/// <param name="User">Whose account.</param>
/// <param name="Amount">Of the charge.</param>
/// <param name="IsDone">The money has moved, and not back.</param>
internal sealed record ChargeEntry(string User, long Amount, bool IsDone);
