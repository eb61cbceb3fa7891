namespace Order.Api.Reconciliation;

internal sealed record ChargePageRequest(Guid After, Guid Before, Guid NumberedAfter);
