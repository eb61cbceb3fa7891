namespace Order.Api.Reconciliation;

/// <summary>A charge as Payment.Api has it.</summary>
internal sealed record ChargeEntry(string User, long Amount, bool IsDone);
