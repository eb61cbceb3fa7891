extern alias OrderApi;

using System.Buffers.Binary;
using OrderApi::Order.Api.Checkout;
using OrderApi::Order.Api.Checkout.Participants;
using OrderApi::Order.Api.Checkout.Saga;
using OrderApi::Order.Api.Checkout.Store;
using OrderApi::Order.Api.Orders;

namespace Tests.Unit.Checkout.Simulation;

/// <summary>An order's row.</summary>
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

/// <summary>What the simulation knows of a saga, over and above what any service stores.</summary>
internal sealed class SagaFacts(Guid id, OrderModel order, CheckoutCall call)
{
    public Guid Id => id;

    public OrderModel Order => order;

    /// <summary>The client's call that began it.</summary>
    public CheckoutCall Call => call;

    /// <summary>Recorded: true paid, false failed.</summary>
    public bool? IsPaid { get; set; }

    public Refusal Refusal { get; set; }

    /// <summary>batch_init has replaced its order.</summary>
    public bool IsOrphan { get; set; }
}

internal readonly record struct RecordRow(Guid Saga, string Order, Guid Batch, int Epoch, OrderStatus Status, Refusal Refusal);

internal readonly record struct MemberRow(Guid Saga, string Order, string User, long Total);

internal readonly record struct BegunRow(string Order, Guid Saga, string User, ReservationLine[] Lines, long Total, long StartedAt);

internal readonly record struct IntentRow(Guid Batch, int Epoch, long StartedAt, bool IsExpired, string? TraceParent, MemberRow[] Members);

/// <summary>
/// The database <c>orders</c>: each method is one statement, or one transaction, of PostgresSagaStore, to be kept like it. Its clock is the scheduler's.
/// </summary>
internal sealed class Database(Scheduler scheduler, Journal journal, Bug bug)
{
    private static readonly TimeSpan IdErrorMax = TimeSpan.FromMinutes(3);

    private readonly List<BatchRow> _batches = [];

    /// <summary>By id.</summary>
    public Dictionary<string, OrderModel> Orders { get; } = [];

    /// <summary>All sagas that ever began, by id.</summary>
    public Dictionary<Guid, SagaFacts> Sagas { get; } = [];

    /// <summary>Its clock.</summary>
    public DateTimeOffset Now => DateTimeOffset.UnixEpoch.AddTicks(scheduler.Now);

    /// <summary>Rows of sagas.</summary>
    public int OpenBatches => _batches.Count;

    /// <summary>Is a saga open that began before a time?</summary>
    public bool HasOpenSince(long before) => _batches.Exists(batch => batch.StartedAt < before);

    /// <summary>Called when a saga is recorded.</summary>
    public Action<SagaFacts>? Recorded { get; set; }

    /// <summary>A turn's transaction. Null: another batch has the new one's id, and nothing was done.</summary>
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

    /// <summary>Which of the records that a turn did not write are there.</summary>
    public List<Guid> FindRecords(IEnumerable<RecordRow> asked) =>
    [
        .. asked.Where(row => IsOwned(row.Batch, row.Epoch)
            && (Orders.TryGetValue(row.Order, out var order) && order.Saga == row.Saga ? order.Status : OrderStatus.Open) == row.Status)
            .Select(static row => row.Saga),
    ];

    /// <summary>How the orders stand whose checkouts have not begun.</summary>
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

    /// <summary>The orders that are still these sagas'.</summary>
    public Dictionary<Guid, (OrderStatus Status, ReservationLine[] Lines)> FindSagas(IEnumerable<MemberRow> members)
    {
        var found = new Dictionary<Guid, (OrderStatus, ReservationLine[])>();
        foreach (var member in members)
            if (Orders.TryGetValue(member.Order, out var order) && order.Saga == member.Saga) found.Add(member.Saga, (order.Status, order.Lines));
        return found;
    }

    /// <summary>What a saga came to.</summary>
    public CheckoutResult? FindOutcome(string id, Guid saga)
    {
        if (!Orders.TryGetValue(id, out var order)) return null;
        if (order.Status == OrderStatus.Paid) return CheckoutResult.Paid;
        return order.Status == OrderStatus.Open && order.Saga == saga ? CheckoutResult.Refused(order.Refusal) : null;
    }

    /// <summary>Unix seconds from which no saga is open, with some to spare.</summary>
    public long NoneOpenBefore() =>
        Seconds(_batches.Select(static batch => batch.StartedAt).DefaultIfEmpty(scheduler.Now).Min() - SagaLimits.RecordsKept.Ticks);

    /// <summary>
    /// Another order has the number now. batch_init waits for open sagas; what is replaced here by hand must be undone all the same. Not while a saga is open
    /// that has been recorded as paid: with its order it would lose the knowledge of that, and give back the money of what may be sold.
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

    // A command may be carried out, and an answer be read, long after it was sent; no clock of a process is off by so little.
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
