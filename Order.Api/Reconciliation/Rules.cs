using System.Buffers.Binary;
using System.Globalization;
using Order.Api.Orders;

namespace Order.Api.Reconciliation;

/// <summary>The comparisons behind the invariants, without I/O.</summary>
/// <remarks>
/// <para>
/// They hold at any time and under any load, because of the order in which data is read. A charge is made before its order is recorded as paid and is never
/// removed after that, so a paid order is read before its charge. A saga is in the table before it charges or holds anything and until all of that is settled,
/// so a charge or hold is read before checking whether its saga is open. An order's status and the open sagas come from one snapshot.
/// </para>
/// <para>
/// batch_init removes numbered accounts with their charges, or numbered orders (which belong to numbered users), but not the other service's half of a
/// checkout. Both services remember the last saga that lost a half this way, and for numbered users nothing is checked up to that saga. Saga IDs are ordered
/// by time (UUID version 7, by the database's clock). Later sagas, and all sagas of other users, are compared in full.
/// </para>
/// </remarks>
internal static class Rules
{
    /// <summary>Returns the smallest possible ID of a saga that began at the given time.</summary>
    public static Guid FirstSagaOf(DateTimeOffset time)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, time.ToUnixTimeMilliseconds() << 16);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>Whether batch_init may have removed one half of a user's checkout. See <see cref="PaidIsCharged"/>.</summary>
    public static bool MayBeReplaced(string user, Guid saga, Guid replaced) => user.Length != 36 && saga <= replaced;

    /// <summary>A paid order has one charge, with its user and its total; an open order has none.</summary>
    public static Violation? PaidIsCharged(OrderFact order, ChargeEntry? charge, Guid replaced)
    {
        if (order.Status == OrderStatus.CheckingOut) return null;
        if (order.Status == OrderStatus.Open)
            return charge is { IsDone: true } ? new(order.Id, "no charge, for the order is not paid", Charged(order, charge)) : null;
        if (charge is null && MayBeReplaced(order.User, order.Saga, replaced)) return null;
        return charge is { IsDone: true } && charge.Amount == order.Total && charge.User == order.User
            ? null : new(order.Id, $"{order.Total} charged to {order.User}", Charged(order, charge));
    }

    public static Violation? CheckoutHasSaga(OrderFact order) => order is { Status: OrderStatus.CheckingOut, IsSagaOpen: false }
        ? new(order.Id, $"its saga {order.Saga} among the open ones", "in checkout without a saga") : null;

    public static Violation? CreditNotNegative(AccountBooks account) =>
        account.Balance < 0 ? new(account.Id, "a balance of 0 or more", Text($"{account.Balance}")) : null;

    /// <summary>funded = balance + captured - refunded.</summary>
    public static Violation? BooksBalance(AccountBooks account) => account.Funded == account.Balance + account.Captured - account.Refunded ? null
        : new(account.Id, Text($"funded {account.Funded} = balance + captured - refunded"),
            Text($"{account.Balance} + {account.Captured} - {account.Refunded}"));

    /// <summary>The funded, captured and refunded amounts equal the sums of the entries.</summary>
    public static Violation? BooksMatchEntries(AccountBooks account)
    {
        var funded = account.Funded - account.Opening;
        return (funded, account.Captured, account.Refunded) == (account.EntriesFunded, account.EntriesCaptured, account.EntriesRefunded) ? null
            : new(account.Id, Text($"entries for funded {funded}, captured {account.Captured}, refunded {account.Refunded}"),
                Text($"funded {account.EntriesFunded}, captured {account.EntriesCaptured}, refunded {account.EntriesRefunded}"));
    }

    public static Violation? SameStock(Guid known, Guid? found) => found == known ? null
        : new(known.ToString(), "the stock that orders are sold from", found is null ? "none: Redis has lost it" : $"another one, {found}");

    public static Violation? StockNotNegative(ItemBooks item) => item is { Available: >= 0, Sold: >= 0, Total: >= 0 } ? null
        : new(item.Id, "no number below 0", Numbers(item));

    /// <summary>total = available + held + sold.</summary>
    public static Violation? StockAddsUp(ItemBooks item) => item.Excess == 0 ? null
        : new(item.Id, Text($"total {item.Total} = available + sold + held"), Text($"{item.Available} + {item.Sold} + {item.Held}"));

    private static string Charged(OrderFact order, ChargeEntry? charge) => charge switch
    {
        null => $"no charge of saga {order.Saga}",
        { IsDone: false } => $"a charge of saga {order.Saga} that is refused, refunded or cancelled",
        _ => Text($"{charge.Amount} charged to {charge.User} by saga {order.Saga}"),
    };

    private static string Numbers(ItemBooks item) => Text($"available {item.Available}, sold {item.Sold}, total {item.Total}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
