namespace Order.Api.Orders;

/// <summary>Where an order stands. The numbers are stored.</summary>
internal enum OrderStatus : short
{
    /// <summary>Lines may be added and removed.</summary>
    Open = 0,

    /// <summary>A saga is checking it out; its lines are frozen.</summary>
    CheckingOut = 1,

    /// <summary>Paid, for good.</summary>
    Paid = 2,
}

/// <summary>What came of a change to an order. The numbers are stored.</summary>
internal enum OrderChange : short
{
    /// <summary>Done.</summary>
    Changed = 1,

    /// <summary>No such order.</summary>
    UnknownOrder = 2,

    /// <summary>Paid or in checkout.</summary>
    NotOpen = 3,

    /// <summary>No such line to remove.</summary>
    NoSuchLine = 4,

    /// <summary>More lines than <see cref="OrderRow.LinesMax"/>.</summary>
    TooManyLines = 5,

    /// <summary>A sum would leave 64 bits.</summary>
    Overflow = 6,

    /// <summary>The idempotency key came with another request before. Never stored.</summary>
    KeyReused = 7,
}

/// <summary>One item of an order.</summary>
/// <param name="Item">Its id.</param>
/// <param name="Quantity">1 or more.</param>
/// <param name="Cost">Of all pieces, at the prices when they were added.</param>
internal readonly record struct OrderLine(string Item, long Quantity, long Cost);

/// <summary>Where an order goes.</summary>
/// <param name="Name">Of the customer.</param>
/// <param name="Street">With the number.</param>
/// <param name="State">Two capital letters, as the post has them.</param>
/// <param name="Zip">Postal code.</param>
internal sealed record Shipping(string Name, string Street, string State, string Zip)
{
    /// <summary>Most characters of <see cref="Name"/> and <see cref="Street"/>.</summary>
    public const int TextLengthMax = 200;

    /// <summary>Most characters of <see cref="Zip"/>.</summary>
    public const int ZipLengthMax = 16;

    /// <summary>Is all of it there, and of a possible length?</summary>
    public bool IsValid => IsText(Name, TextLengthMax) && IsText(Street, TextLengthMax) && IsText(Zip, ZipLengthMax)
        && State is [>= 'A' and <= 'Z', >= 'A' and <= 'Z'];

    private static bool IsText(string? text, int lengthMax) => !string.IsNullOrWhiteSpace(text) && text.Length <= lengthMax && !text.Any(char.IsControl);
}

/// <summary>An order as it is stored, and the rules for changing its lines; without I/O.</summary>
internal sealed class OrderRow(string id, string userId, OrderStatus status, List<OrderLine> lines)
{
    /// <summary>Most lines of an order.</summary>
    public const int LinesMax = 1_000;

    public string Id => id;

    public string UserId => userId;

    public OrderStatus Status => status;

    /// <exception cref="InvalidDataException">The stored status is unknown.</exception>
    public bool IsPaid => status switch
    {
        OrderStatus.Paid => true,
        OrderStatus.Open or OrderStatus.CheckingOut => false,
        _ => throw new InvalidDataException($"Order {id} has the status {(short)status}, which this version does not know."),
    };

    public IReadOnlyList<OrderLine> Lines => lines;

    /// <summary>Of a new order: where it goes. Never changes afterwards, and is not read back.</summary>
    public Shipping? Shipping { get; init; }

    /// <summary>Of all lines.</summary>
    public long TotalCost => lines.Sum(static line => line.Cost);

    /// <summary>Adds pieces, to the item's line where there is one.</summary>
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

    /// <summary>Removes an item's line.</summary>
    public OrderChange Remove(string item)
    {
        if (status != OrderStatus.Open) return OrderChange.NotOpen;
        return lines.RemoveAll(line => line.Item == item) > 0 ? OrderChange.Changed : OrderChange.NoSuchLine;
    }

    private static bool Fits(Int128 sum) => sum <= long.MaxValue;
}
