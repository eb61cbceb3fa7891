namespace Payment.Api.Charges;

/// <summary>What one saga charges, or has refunded.</summary>
/// <param name="Saga">Its id: the key under which this happens once.</param>
/// <param name="User">Whose account.</param>
/// <param name="Amount">1 or more; the same in both calls.</param>
/// <param name="IsRefund">Gives back what the saga has charged; if nothing, nothing will be.</param>
internal sealed record ChargeMember(Guid Saga, string User, long Amount, bool IsRefund = false);
