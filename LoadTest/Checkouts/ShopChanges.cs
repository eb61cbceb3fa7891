namespace LoadTest.Checkouts;

/// <summary>
/// Counts the changes that a run makes beside its checkouts, each by one: to the stock of items, the credit of users, and the pieces of orders.
/// </summary>
internal sealed class ShopChanges(long items, long users, long orders)
{
    public ChangeCounts Stock { get; } = new(items);
    public ChangeCounts Credit { get; } = new(users);
    public ChangeCounts Pieces { get; } = new(orders);
}
