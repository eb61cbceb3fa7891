namespace Order.Api.Reconciliation;

internal sealed record ChargePage(Guid[] Sagas, Guid? Next);
