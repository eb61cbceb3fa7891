using Order.Api.Orders;

namespace Order.Api.Reconciliation;

/// <summary>An order that was in checkout at least once.</summary>
/// <param name="Id">The order's.</param>
/// <param name="User">Who pays.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Saga">Its latest.</param>
/// <param name="Total">What it costs.</param>
/// <param name="IsSagaOpen">At the same moment, its saga was among the open ones.</param>
internal sealed record OrderFact(string Id, string User, OrderStatus Status, Guid Saga, long Total, bool IsSagaOpen);
