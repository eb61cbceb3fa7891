using System.Diagnostics.Metrics;
using Payment.Api.Charges;

namespace Payment.Api.Accounts;

/// <summary>The meter <c>Shop.Payment</c>.</summary>
internal sealed class PaymentMetrics
{
    private readonly Counter<long> _charges;

    public PaymentMetrics(IMeterFactory meters) => _charges = meters.Create("Shop.Payment")
        .CreateCounter<long>("shop.payment.charges", "{charge}", "Members of charge and refund calls by outcome; repeated calls count again.");

    public void Count(PaymentOutcome[] outcomes)
    {
        if (!_charges.Enabled) return;
        foreach (var group in outcomes.CountBy(static outcome => outcome))
            _charges.Add(group.Value, new KeyValuePair<string, object?>("outcome", group.Key.ToString()));
    }
}
