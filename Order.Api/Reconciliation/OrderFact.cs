using Order.Api.Orders;

namespace Order.Api.Reconciliation;

/// <summary>An order that has been in checkout at least once.</summary>
/// <param name="Id">Order ID.</param>
/// <param name="User">The user who pays.</param>
/// <param name="Status">The status of the order.</param>
/// <param name="Saga">Its latest saga.</param>
/// <param name="Total">Its total cost.</param>
/// <param name="IsSagaOpen">Whether its saga was open in the same snapshot.</param>
internal sealed record OrderFact(string Id, string User, OrderStatus Status, Guid Saga, long Total, bool IsSagaOpen);
