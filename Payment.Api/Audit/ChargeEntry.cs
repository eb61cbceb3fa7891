namespace Payment.Api.Audit;

/// <summary>The entry of a saga's charge.</summary>
/// <param name="User">The user charged.</param>
/// <param name="Amount">The amount charged.</param>
/// <param name="IsDone">Whether the money has moved and was not refunded.</param>
internal sealed record ChargeEntry(string User, long Amount, bool IsDone);
