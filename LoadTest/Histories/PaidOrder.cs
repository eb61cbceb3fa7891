namespace LoadTest.Histories;

/// <summary>An order that is paid.</summary>
/// <param name="Id">Its id.</param>
/// <param name="User">Whose it is.</param>
/// <param name="Total">What it costs.</param>
/// <param name="Items">What it has, a line each.</param>
/// <param name="Quantities">How many, a line each.</param>
internal sealed record PaidOrder(string Id, string User, long Total, IReadOnlyList<string> Items, IReadOnlyList<long> Quantities);
