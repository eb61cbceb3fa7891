namespace LoadTest.Histories;

/// <summary>A paid order.</summary>
/// <param name="User">The order's user.</param>
/// <param name="Total">The order's total cost.</param>
/// <param name="Items">The item of each line.</param>
/// <param name="Quantities">The quantity of each line.</param>
internal sealed record PaidOrder(string Id, string User, long Total, IReadOnlyList<string> Items, IReadOnlyList<long> Quantities);
