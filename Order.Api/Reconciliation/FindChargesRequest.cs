namespace Order.Api.Reconciliation;

// Payment.Api's and Stock.Api's contracts as this service sees them.

internal sealed record FindChargesRequest(Guid[] Sagas);
