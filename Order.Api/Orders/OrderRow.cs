namespace Order.Api.Orders;

/// <summary>A stored order and the rules for changing its lines, without I/O.</summary>
internal sealed class OrderRow(string id, string userId, OrderStatus status, List<OrderLine> lines)
{
    /// <summary>Maximum number of lines per order.</summary>
    public const int LinesMax = 1_000;

    public string Id => id;

    public string UserId => userId;

    public OrderStatus Status => status;

    /// <exception cref="InvalidDataException">The stored status is unknown to this version.</exception>
    public bool IsPaid => status switch
    {
        OrderStatus.Paid => true,
        OrderStatus.Open or OrderStatus.CheckingOut => false,
        _ => throw new InvalidDataException($"Order {id} has the status {(short)status}, which this version does not know."),
    };

    public IReadOnlyList<OrderLine> Lines => lines;

    /// <summary>The destination of a new order. It never changes and is not read back.</summary>
    public Shipping? Shipping { get; init; }

    public long TotalCost => lines.Sum(static line => line.Cost);

    /// <summary>Adds pieces to the item's line, or adds a line for it.</summary>
    public OrderChange Add(string item, long quantity, long price)
    {
        if (status != OrderStatus.Open) return OrderChange.NotOpen;
        var at = lines.FindIndex(line => line.Item == item);
        if (at < 0 && lines.Count >= LinesMax) return OrderChange.TooManyLines;
        var before = at < 0 ? new OrderLine(item, 0, 0) : lines[at];
        if (!Fits((Int128)before.Quantity + quantity) || !Fits((Int128)TotalCost + ((Int128)quantity * price))) return OrderChange.Overflow;
        var after = new OrderLine(item, before.Quantity + quantity, before.Cost + (quantity * price));
        if (at < 0) lines.Add(after);
        else lines[at] = after;
        return OrderChange.Changed;
    }

    public OrderChange Remove(string item)
    {
        if (status != OrderStatus.Open) return OrderChange.NotOpen;
        return lines.RemoveAll(line => line.Item == item) > 0 ? OrderChange.Changed : OrderChange.NoSuchLine;
    }

    private static bool Fits(Int128 sum) => sum <= long.MaxValue;
}
