namespace Order.Api.Reconciliation;

// What goes to Payment.Api and Stock.Api and comes back, as this service sees it.

internal sealed record FindChargesRequest(Guid[] Sagas);
