namespace LoadTest.Scenarios;

/// <summary>The six ways to use the shop through its gateway. Each creates its own items, user and order, so the books can be checked to the piece.</summary>
internal static class ShopScenarios
{
    private const int PriceMax = 20, QuantityMax = 5, PiecesMax = 100, SpareMax = 50;

    public static ScenarioSet Set { get; } = new("shop", "Plays the six ways to use the shop, with every piece checked",
    [
        new("item", 10, NewItem),
        new("one", 30, static visit => Buy(visit, 1)),
        new("two", 25, static visit => Buy(visit, 2)),
        new("remove", 15, static visit => Buy(visit, 2, changesMind: true)),
        new("no-stock", 10, static visit => Buy(visit, 2, Lack.Stock)),
        new("no-credit", 10, static visit => Buy(visit, 1, Lack.Credit)),
    ]);

    private enum Lack
    {
        Nothing,
        Stock,
        Credit,
    }

    private static IEnumerable<Call> NewItem(Visit visit)
    {
        var (price, pieces) = (visit.Random.Next(1, PriceMax), visit.Random.Next(1, PiecesMax));
        yield return Call.Post("create item", $"/stock/item/create/{price}");
        var item = visit.Text("item_id");
        yield return Call.Post("add stock", $"/stock/add/{item}/{pieces}");
        yield return Call.Get("find item", $"/stock/find/{item}");
        visit.CheckNumber("stock", pieces);
        visit.CheckNumber("price", price);
    }

    // A refused purchase must leave no trace: no piece taken, no credit charged. The last item is the one that is out of stock.
    private static IEnumerable<Call> Buy(Visit visit, int items, Lack lack = Lack.Nothing, bool changesMind = false)
    {
        var lines = new (string Item, int Price, int Quantity, int Pieces)[items];
        for (var i = 0; i < items; i++)
        {
            var (price, quantity) = (visit.Random.Next(1, PriceMax), visit.Random.Next(1, QuantityMax));
            var pieces = lack == Lack.Stock && i == items - 1 ? quantity - 1 : quantity + visit.Random.Next(PiecesMax);
            yield return Call.Post("create item", $"/stock/item/create/{price}");
            lines[i] = (visit.Text("item_id"), price, quantity, pieces);
            if (pieces > 0) yield return Call.Post("add stock", $"/stock/add/{lines[i].Item}/{pieces}");
        }

        var cost = lines.Sum(static line => line.Price * line.Quantity);
        var credit = lack == Lack.Credit ? cost - 1 : cost + visit.Random.Next(SpareMax);
        yield return Call.Post("create user", "/payment/create_user");
        var user = visit.Text("user_id");
        if (credit > 0) yield return Call.Post("add funds", $"/payment/add_funds/{user}/{credit}");
        yield return Call.Post("create order", $"/orders/create/{user}");
        var order = visit.Text("order_id");
        foreach (var line in lines) yield return Call.Post("add item", $"/orders/addItem/{order}/{line.Item}/{line.Quantity}");
        if (changesMind)
        {
            yield return Call.Post("remove item", $"/orders/removeItem/{order}/{lines[0].Item}");
            yield return Call.Post("add item", $"/orders/addItem/{order}/{lines[0].Item}/{lines[0].Quantity}");
        }

        yield return Call.Post("checkout", $"/orders/checkout/{order}") with { Status = lack == Lack.Nothing ? 200 : 400 };
        if (lack != Lack.Nothing) visit.Check(visit.Problem() == (lack == Lack.Stock ? "out-of-stock" : "insufficient-credit"), "wrong refusal");

        var isPaid = lack == Lack.Nothing;
        foreach (var line in lines)
        {
            yield return Call.Get("find item", $"/stock/find/{line.Item}");
            visit.CheckNumber("stock", line.Pieces - (isPaid ? line.Quantity : 0));
        }

        yield return Call.Get("find user", $"/payment/find_user/{user}");
        visit.CheckNumber("credit", credit - (isPaid ? cost : 0));
        yield return Call.Get("find order", $"/orders/find/{order}");
        visit.CheckNumber("total_cost", cost);
        visit.CheckBool("paid", isPaid);
    }
}
