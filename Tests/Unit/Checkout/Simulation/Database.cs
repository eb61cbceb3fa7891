extern alias OrderApi;

using System.Buffers.Binary;
using OrderApi::Order.Api.Checkout;
using OrderApi::Order.Api.Checkout.Participants;
using OrderApi::Order.Api.Checkout.Saga;
using OrderApi::Order.Api.Checkout.Store;
using OrderApi::Order.Api.Orders;

namespace Tests.Unit.Checkout.Simulation;

/// <summary>A row of an order.</summary>
internal sealed class OrderModel(string id, string user, ReservationLine[] lines, long total)
{
    public string Id => id;

    public string User => user;

    public ReservationLine[] Lines => lines;

    public long Total => total;

    public OrderStatus Status { get; set; }

    public Guid? Saga { get; set; }

    public Refusal Refusal { get; set; }
}

/// <summary>What the simulation knows about a saga beyond the stored data.</summary>
internal sealed class SagaFacts(Guid id, OrderModel order, CheckoutCall call)
{
    public Guid Id => id;

    public OrderModel Order => order;

    /// <summary>The client's call that started the saga.</summary>
    public CheckoutCall Call => call;

    /// <summary>Recorded outcome: true for paid, false for failed.</summary>
    public bool? IsPaid { get; set; }

    public Refusal Refusal { get; set; }

    /// <summary>batch_init has replaced the order.</summary>
    public bool IsOrphan { get; set; }
}

internal readonly record struct RecordRow(Guid Saga, string Order, Guid Batch, int Epoch, OrderStatus Status, Refusal Refusal);

internal readonly record struct MemberRow(Guid Saga, string Order, string User, long Total);

internal readonly record struct BegunRow(string Order, Guid Saga, string User, ReservationLine[] Lines, long Total, long StartedAt);

internal readonly record struct IntentRow(Guid Batch, int Epoch, long StartedAt, bool IsExpired, string? TraceParent, MemberRow[] Members);

/// <summary>
/// Model of the database <c>orders</c>. Each method is one statement or transaction of PostgresSagaStore and must be kept in sync with it. Its clock
/// is the scheduler's.
/// </summary>
internal sealed class Database(Scheduler scheduler, Journal journal, Bug bug)
{
    private static readonly TimeSpan IdErrorMax = TimeSpan.FromMinutes(3);

    private readonly List<BatchRow> _batches = [];

    /// <summary>By id.</summary>
    public Dictionary<string, OrderModel> Orders { get; } = [];

    /// <summary>All sagas ever begun, by id.</summary>
    public Dictionary<Guid, SagaFacts> Sagas { get; } = [];

    /// <summary>Clock of the database.</summary>
    public DateTimeOffset Now => DateTimeOffset.UnixEpoch.AddTicks(scheduler.Now);

    /// <summary>Number of open batches.</summary>
    public int OpenBatches => _batches.Count;

    /// <summary>Returns whether a saga is open that began before the given time.</summary>
    public bool HasOpenSince(long before) => _batches.Exists(batch => batch.StartedAt < before);

    /// <summary>Called when a saga is recorded.</summary>
    public Action<SagaFacts>? Recorded { get; set; }

    /// <summary>The transaction of a turn. Returns null if another batch has the new id; then nothing was written.</summary>
    public (List<Guid> Recorded, List<BegunRow> Begun)? Write(
        RecordRow[] record, (Guid Id, int Epoch)[] ended, CheckoutCall[] begin, Guid batchId, string? traceParent)
    {
        if (_batches.Exists(batch => batch.Id == batchId) && Array.Exists(begin, call => FindFree(call) is not null)) return null;
        var recorded = new List<Guid>();
        foreach (var row in record)
        {
            if (!IsOwned(row.Batch, row.Epoch) || !Orders.TryGetValue(row.Order, out var order)) continue;
            if (order.Saga != row.Saga || order.Status != OrderStatus.CheckingOut) continue;
            (order.Status, order.Refusal) = (row.Status, row.Refusal);
            recorded.Add(row.Saga);
            var facts = Sagas[row.Saga];
            (facts.IsPaid, facts.Refusal) = (row.Status == OrderStatus.Paid, row.Refusal);
            journal.Write($"    {journal.Name(row.Saga, 'S')} is recorded: order {order.Id} {row.Status} {row.Refusal}");
            Recorded?.Invoke(facts);
        }

        foreach (var (id, epoch) in ended) _batches.RemoveAll(batch => batch.Id == id && IsOwned(id, epoch));
        return (recorded, Begin(begin, batchId, traceParent));
    }

    /// <summary>Returns which of the records that a turn did not write exist.</summary>
    public List<Guid> FindRecords(IEnumerable<RecordRow> asked) =>
    [
        .. asked.Where(row => IsOwned(row.Batch, row.Epoch)
            && (Orders.TryGetValue(row.Order, out var order) && order.Saga == row.Saga ? order.Status : OrderStatus.Open) == row.Status)
            .Select(static row => row.Saga),
    ];

    /// <summary>Returns the state of the orders whose checkouts have not begun.</summary>
    public Dictionary<string, BeginResult> FindOrders(IEnumerable<string> ids)
    {
        var found = new Dictionary<string, BeginResult>();
        foreach (var id in ids)
        {
            if (!Orders.TryGetValue(id, out var order)) continue;
            var isAnothers = order.Status == OrderStatus.CheckingOut || (order.Status == OrderStatus.Open && order.Lines.Length > 0);
            found.Add(id, new(order.Status, null, isAnothers ? order.Saga : null));
        }

        return found;
    }

    /// <summary>Takes over batches.</summary>
    public List<IntentRow> Adopt(int max)
    {
        var due = _batches.Where(batch => batch.LeaseUntil < scheduler.Now).OrderBy(static batch => batch.LeaseUntil).Take(max).ToList();
        foreach (var batch in due) (batch.Epoch, batch.LeaseUntil) = (batch.Epoch + 1, scheduler.Now + SagaLimits.Lease.Ticks);
        return due.ConvertAll(batch => new IntentRow(
            batch.Id, batch.Epoch, Seconds(batch.StartedAt), scheduler.Now - batch.StartedAt > SagaLimits.PivotAgeMax.Ticks, batch.TraceParent,
            batch.Members));
    }

    /// <summary>Returns the orders that still belong to these sagas.</summary>
    public Dictionary<Guid, (OrderStatus Status, ReservationLine[] Lines)> FindSagas(IEnumerable<MemberRow> members)
    {
        var found = new Dictionary<Guid, (OrderStatus, ReservationLine[])>();
        foreach (var member in members)
            if (Orders.TryGetValue(member.Order, out var order) && order.Saga == member.Saga) found.Add(member.Saga, (order.Status, order.Lines));
        return found;
    }

    /// <summary>Returns the outcome of a saga.</summary>
    public CheckoutResult? FindOutcome(string id, Guid saga)
    {
        if (!Orders.TryGetValue(id, out var order)) return null;
        if (order.Status == OrderStatus.Paid) return CheckoutResult.Paid;
        return order.Status == OrderStatus.Open && order.Saga == saga ? CheckoutResult.Refused(order.Refusal) : null;
    }

    /// <summary>Unix seconds from which no saga is open, with a margin.</summary>
    public long NoneOpenBefore() =>
        Seconds(_batches.Select(static batch => batch.StartedAt).DefaultIfEmpty(scheduler.Now).Min() - SagaLimits.RecordsKept.Ticks);

    /// <summary>
    /// Replaces an order with another one of the same number. batch_init waits for open sagas, but sagas of orders replaced by hand must be undone too. Not
    /// while an open saga is recorded as paid: it would lose that information with its order, and refund goods that may have been sold.
    /// </summary>
    public void Replace(OrderModel order)
    {
        var former = Orders[order.Id];
        if (former.Status == OrderStatus.Paid && _batches.Exists(batch => Array.Exists(batch.Members, member => member.Saga == former.Saga))) return;
        journal.Write($"order {order.Id} is replaced");
        if (former.Saga is { } saga) Sagas[saga].IsOrphan = true;
        Orders[order.Id] = order;
    }

    private List<BegunRow> Begin(CheckoutCall[] calls, Guid batchId, string? traceParent)
    {
        var begun = new List<OrderModel>();
        foreach (var call in calls)
        {
            if (FindFree(call) is not { } order) continue;
            (order.Status, order.Saga, order.Refusal) = (OrderStatus.CheckingOut, call.SagaId, Refusal.None);
            begun.Add(order);
            if (!IsOfThisTime(call.SagaId)) journal.Violate($"{journal.Name(call.SagaId, 'S')} has the time of another clock in its id");
            Sagas.TryAdd(call.SagaId, new(call.SagaId, order, call));
            journal.Write($"    {journal.Name(call.SagaId, 'S')} of order {order.Id} begins in {journal.Name(batchId, 'B')}");
        }

        if (begun.Count > 0)
        {
            var members = begun.ConvertAll(static order => new MemberRow(order.Saga!.Value, order.Id, order.User, order.Total));
            _batches.Add(new(batchId, scheduler.Now, traceParent, [.. members]));
        }

        return begun.ConvertAll(order => new BegunRow(order.Id, order.Saga!.Value, order.User, order.Lines, order.Total, Seconds(scheduler.Now)));
    }

    // The order of a call, if it can be checked out.
    private OrderModel? FindFree(CheckoutCall call) =>
        Orders.TryGetValue(call.OrderId, out var order) && order.Status == OrderStatus.Open && order.Lines.Length > 0 ? order : null;

    private bool IsOwned(Guid batchId, int epoch) => _batches.Exists(batch => batch.Id == batchId && (batch.Epoch == epoch || bug == Bug.NoFencing));

    // A command may be executed, and a response read, long after it was sent; the clocks of processes deviate more.
    private bool IsOfThisTime(Guid saga) => Math.Abs(
        Now.ToUnixTimeMilliseconds() - (BinaryPrimitives.ReadInt64BigEndian(saga.ToByteArray(bigEndian: true)) >> 16)) < IdErrorMax.TotalMilliseconds;

    private static long Seconds(long ticks) => ticks / TimeSpan.TicksPerSecond;

    private sealed class BatchRow(Guid id, long startedAt, string? traceParent, MemberRow[] members)
    {
        public Guid Id => id;

        public long StartedAt => startedAt;

        public string? TraceParent => traceParent;

        public MemberRow[] Members => members;

        public int Epoch { get; set; } = 1;

        public long LeaseUntil { get; set; } = startedAt + SagaLimits.Lease.Ticks;
    }
}
