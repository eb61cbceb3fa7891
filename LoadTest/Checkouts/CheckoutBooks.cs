using System.Globalization;
using System.Text.Json;

namespace LoadTest.Checkouts;

/// <summary>
/// Checks the books as the public API shows them: orders with their lines, each item's stock, each user's credit. Nothing else may use the shop during the run.
/// Does no I/O.
/// </summary>
internal sealed class CheckoutBooks(
    CheckoutOutcome[] outcomes, OrderIds ids, int items, int users, long stockEach, long creditEach, ShopChanges? changes = null)
{
    public const int ViolationsMax = 20;

    private readonly bool[] _isPaid = new bool[outcomes.Length];
    private readonly long[] _pieces = new long[changes is null ? 0 : outcomes.Length];
    private readonly long[] _stock = new long[items], _ordered = new long[items], _credit = new long[users], _cost = new long[users];
    private readonly List<string> _strange = [];
    private long _violations, _strangeCount;

    /// <summary>Gets the outcome from a checkout's status; status 0 means no answer.</summary>
    public static CheckoutOutcome OutcomeOf(int status) => status switch
    {
        >= 200 and < 300 => CheckoutOutcome.Committed,
        >= 400 and < 500 => CheckoutOutcome.Refused,
        _ => CheckoutOutcome.Unknown,
    };

    /// <summary>Gets the orders to read or read again: all changed ones, and all checked out that were not found paid so far.</summary>
    public long[] OrdersToRead() => [.. Enumerable.Range(0, outcomes.Length)
        .Where(i => (outcomes[i] != CheckoutOutcome.Unused && !_isPaid[i]) || changes?.Pieces.Has(i) == true).Select(i => (long)i)];

    /// <summary>Records the answer of <c>GET /orders/find</c>; false if it is not an order's JSON.</summary>
    public bool TakeOrder(long number, ReadOnlySpan<byte> body)
    {
        try
        {
            if (JsonSerializer.Deserialize(body, ReportJson.Default.FoundOrder) is not { TotalCost: >= 0, Items: not null } order) return false;
            var lines = Array.ConvertAll(order.Items, static line => (IdOf(line[0].GetString()), line[1].GetInt64()));
            if (order.IsPaid && !_isPaid[number]) Pay(number, order, lines);
            if (changes is not null) _pieces[number] = lines.Sum(static line => line.Item2);
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            return false;
        }
    }

    /// <summary>Records the answer of <c>GET /stock/find</c>; false if it is not an item's JSON.</summary>
    public bool TakeItem(long number, ReadOnlySpan<byte> body) => JsonBody.TryNumber(body, "stock", out _stock[number]);

    /// <summary>Records the answer of <c>GET /payment/find_user</c>; false if it is not a user's JSON.</summary>
    public bool TakeUser(long number, ReadOnlySpan<byte> body) => JsonBody.TryNumber(body, "credit", out _credit[number]);

    public CheckoutBooksResult Compare()
    {
        var told = new List<string>(_strange);
        _violations = _strangeCount;
        for (var i = 0; i < outcomes.Length; i++)
        {
            if (outcomes[i] == CheckoutOutcome.Committed && !_isPaid[i]) Tell(told, $"order {ids[i]}: answered 2xx, but not paid");
            if (outcomes[i] == CheckoutOutcome.Refused && _isPaid[i]) Tell(told, $"order {ids[i]}: answered 4xx, but paid");
            if (changes?.Pieces.Has(i) == true && !changes.Pieces.Allows(i, _pieces[i] - CheckoutOptions.LinesOfBatch))
                Tell(told, $"order {ids[i]}: has {_pieces[i]} pieces, which the requests to add an item do not explain");
        }

        for (var i = 0; i < items; i++)
        {
            if (_stock[i] < 0) Tell(told, $"item {i}: stock is {_stock[i]}");
            if (!Explains(changes?.Stock, i, _ordered[i] + _stock[i] - stockEach))
                Tell(told, $"item {i}: {stockEach - _stock[i]} taken from stock, {_ordered[i]} in paid orders");
        }

        for (var i = 0; i < users; i++)
        {
            if (_credit[i] < 0) Tell(told, $"user {i}: credit is {_credit[i]}");
            if (!Explains(changes?.Credit, i, _cost[i] + _credit[i] - creditEach))
                Tell(told, $"user {i}: {creditEach - _credit[i]} of credit taken, but paid orders cost {_cost[i]}");
        }

        return new CheckoutBooksResult(
            _isPaid.LongCount(isPaid => isPaid), _isPaid.Where((isPaid, i) => isPaid && outcomes[i] == CheckoutOutcome.Unknown).LongCount(),
            (items * stockEach) + (changes?.Stock.Acknowledged ?? 0) - _stock.Sum(), _ordered.Sum(),
            (users * creditEach) + (changes?.Credit.Acknowledged ?? 0) - _credit.Sum(), _cost.Sum(), _violations, told);
    }

    private static bool Explains(ChangeCounts? changes, int index, long added) => changes?.Allows(index, added) ?? added == 0;

    private void Pay(long number, FoundOrder order, (long Item, long Pieces)[] lines)
    {
        _isPaid[number] = true;
        var user = IdOf(order.User);
        if (user >= 0 && user < users) _cost[user] += order.TotalCost;
        else Wonder($"order {ids[number]}: paid by a user from outside this run");
        foreach (var (item, pieces) in lines)
        {
            if (item >= 0 && item < items) _ordered[item] += pieces;
            else Wonder($"order {ids[number]}: has an item from outside this run");
        }
    }

    private void Wonder(string violation)
    {
        _strangeCount++;
        if (_strange.Count < ViolationsMax) _strange.Add(violation);
    }

    private void Tell(List<string> told, string violation)
    {
        _violations++;
        if (told.Count < ViolationsMax) told.Add(violation);
    }

    private static long IdOf(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : -1;
}
