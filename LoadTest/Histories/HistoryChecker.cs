namespace LoadTest.Histories;

/// <summary>
/// Checks a history without the shop. A checkout happens once or not at all, so an order is a register that goes from unpaid to paid and never back. The
/// history must be linearizable as such (Herlihy and Wing, "Linearizability: A Correctness Condition for Concurrent Objects", TOPLAS 1990): an order whose
/// request ended with yes is paid, a request that begins after a yes does not end with no, and no order is paid without a request that can have caused it.
/// Missing money and goods must match the paid orders exactly.
/// </summary>
internal static class HistoryChecker
{
    public const int ViolationsMax = 20;

    /// <exception cref="LoadTestException">The history is incomplete, so it would prove nothing.</exception>
    public static HistoryVerdict Check(IReadOnlyCollection<HistoryLine> lines)
    {
        if (lines.OfType<HistoryRun>().SingleOrDefault() is not { } run || lines.OfType<HistoryBooks>().SingleOrDefault() is not { } books)
            throw new LoadTestException("A history must have one line that describes its run, and one with the books afterwards.");
        var requests = lines.OfType<HistoryRequest>().ToList();
        var paid = books.Paid.ToDictionary(static order => order.Id);
        var violations = requests.GroupBy(static r => r.Order).SelectMany(one => Order(one.Key, [.. one], paid.ContainsKey(one.Key)))
            .Concat(books.Paid.ExceptBy(requests.Select(static r => r.Order), static order => order.Id)
                .Select(static order => $"Order {order.Id} is paid, but its checkout was never requested."))
            .Concat(Sums("user", "credit", books.CreditBefore, books.CreditAfter, books.Paid.Select(static order => (order.User, order.Total))))
            .Concat(Sums("item", "stock", books.StockBefore, books.StockAfter, books.Paid.SelectMany(static order => order.Items.Zip(order.Quantities))));
        if (books.Held != 0) violations = violations.Append($"{books.Held} pieces are reserved, but no checkout is open.");

        double? damaged = At(MarkedEvent.Damaged), healed = At(MarkedEvent.Healed), lost = At(MarkedEvent.Lost);
        var done = requests.Where(static r => r.Outcome == Outcome.Ok).ToList();
        var forgotten = done.Select(static r => r.Order).Distinct().Count(order => !paid.ContainsKey(order));
        return new(run, requests.Count, done.Count, requests.Count(static r => r.Outcome == Outcome.Unknown),
            books.Paid.Count, [.. violations.Take(ViolationsMax)], healed - damaged, DoneAfter(healed),
            lost is null ? null : DoneAfter(lost) ?? double.PositiveInfinity, forgotten);

        double? DoneAfter(double? ms) => done.Where(r => r.FromMs >= ms).Select(static r => (double?)r.UntilMs).Min() - ms;

        double? At(MarkedEvent happened) => lines.OfType<HistoryMark>().FirstOrDefault(mark => mark.Event == happened)?.AtMs;
    }

    private static IEnumerable<string> Order(string id, List<HistoryRequest> requests, bool isPaid)
    {
        var firstOk = requests.Where(static r => r.Outcome == Outcome.Ok).Select(static r => (double?)r.UntilMs).Min();
        if (firstOk is not null && !isPaid) yield return $"Order {id} was answered with yes, but is not paid.";
        if (isPaid && requests.TrueForAll(static r => r.Outcome == Outcome.Fail)) yield return $"Order {id} was only answered with no, but is paid.";
        foreach (var late in requests.Where(r => r.Outcome == Outcome.Fail && r.FromMs > firstOk))
            yield return $"Order {id} was answered with yes at {firstOk:0} ms, but a request sent at {late.FromMs:0} ms with no.";
    }

    private static IEnumerable<string> Sums(
        string what, string of, IReadOnlyDictionary<string, long> before, IReadOnlyDictionary<string, long> after, IEnumerable<(string Id, long Amount)> gone)
    {
        var sums = gone.ToLookup(static one => one.Id, static one => one.Amount);
        foreach (var id in before.Keys.Union(after.Keys).Union(sums.Select(static one => one.Key)))
        {
            if (!before.TryGetValue(id, out var had) | !after.TryGetValue(id, out var has)) yield return $"No books found for {what} {id}.";
            else if (had - sums[id].Sum() != has) yield return $"The {of} of {what} {id} was {had}, paid orders took {sums[id].Sum()}, but {has} is left.";
            if (has < 0) yield return $"The {of} of {what} {id} is {has}.";
        }
    }
}
