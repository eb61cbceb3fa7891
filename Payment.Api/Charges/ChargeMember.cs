namespace Payment.Api.Charges;

/// <summary>A saga's charge or refund.</summary>
/// <param name="Saga">Saga ID; the idempotency key of the charge.</param>
/// <param name="User">The user to charge.</param>
/// <param name="Amount">At least 1; the same for the charge and its refund.</param>
/// <param name="IsRefund">Refunds the saga's charge. If there is none, a later charge of this saga is refused.</param>
internal sealed record ChargeMember(Guid Saga, string User, long Amount, bool IsRefund = false);
