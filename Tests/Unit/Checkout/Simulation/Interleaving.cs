extern alias OrderApi;
extern alias PaymentApi;

using Microsoft.Extensions.Logging.Abstractions;
using OrderApi::Order.Api.Checkout;
using OrderApi::Order.Api.Checkout.Participants;
using OrderApi::Order.Api.Checkout.Saga;
using OrderApi::Order.Api.Orders;
using OrderApi::Order.Api.Reconciliation;

namespace Tests.Unit.Checkout.Simulation;

/// <summary>
/// One run: a few orders, replicas and clients, with faults drawn from its seed. All faults end after <see cref="TroubleMax"/>, and the run ends
/// when nothing is in progress any more.
/// </summary>
internal sealed class Interleaving : IDisposable
{
    private const int ReplicasMax = 3, AttemptsMax = 3;

    private static readonly TimeSpan TroubleMax = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan ClockSkew = TimeSpan.FromHours(30);

    // Time limit for open sagas after the last fault.
    private static readonly TimeSpan HealingMax = TimeSpan.FromSeconds(10);

    // Longer than the maximum delay of a call plus the duration of a saga.
    private static readonly TimeSpan RestMax = TimeSpan.FromSeconds(120);

    // Longer than the time a saga may run without a write to the database.
    private static readonly TimeSpan QuietMin = SagaLimits.RunTimeMax + TimeSpan.FromSeconds(1);

    private readonly Scheduler _scheduler;
    private readonly Journal _journal;
    private readonly Network _network;
    private readonly Database _database;
    private readonly StockModel _stock;
    private readonly PaymentModel _payment;
    private readonly Audit _audit;
    private readonly Bug _bug;
    private readonly Server _stockServer = new("stock"), _paymentServer = new("payment"), _databaseServer = new("database");
    private readonly Silence _silence = new();
    private readonly CheckoutTelemetry _telemetry;
    private readonly Replica?[] _replicas;
    private readonly List<Client> _clients = [];
    private int _started;

    private Interleaving(int seed, Bug bug, bool isTold)
    {
        _bug = bug;
        _scheduler = new(seed);
        _journal = new(_scheduler, isTold);
        _network = new(_scheduler, _journal);
        _database = new(_scheduler, _journal, bug);
        _stock = new(_scheduler, _journal, bug);
        _payment = new(_scheduler, _journal, bug);
        _audit = new(_journal, _database, _stock, _payment);
        _telemetry = new(_silence, _silence, NullLogger<CheckoutTelemetry>.Instance);
        _replicas = new Replica?[_scheduler.Random.Next(1, ReplicasMax + 1)];
    }

    private TimeSpan Left => TroubleMax - _scheduler.Elapsed;

    /// <summary>Runs a seed.</summary>
    /// <param name="seed">Determines everything.</param>
    /// <param name="bug">The planted bug.</param>
    /// <param name="isTold">Whether to write the journal.</param>
    /// <returns>The violated invariant or null, and the journal.</returns>
    public static (string? Violation, IReadOnlyList<string> Journal) Run(int seed, Bug bug = Bug.None, bool isTold = false)
    {
        var context = SynchronizationContext.Current;
        using var run = new Interleaving(seed, bug, isTold);
        try
        {
            run.Open();
            run.Draw();
            run.RunToTheEnd();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }

        return (run._journal.Violation, run._journal.Lines);
    }

    public void Dispose()
    {
        _telemetry.Dispose();
        _silence.Dispose();
    }

    // Few of each, to provoke conflicts.
    private void Open()
    {
        var random = _scheduler.Random;
        for (var i = random.Next(1, 4); i > 0; i--) _stock.Items.Add($"item{i}", new(random.Next(1, 6)));
        for (var i = random.Next(1, 3); i > 0; i--)
        {
            var funded = random.Next(1, 15);
            _payment.Accounts.Add($"user{i}", new() { Id = $"user{i}", Balance = funded, Funded = funded });
        }

        for (var i = random.Next(1, 6); i > 0; i--)
        {
            var order = NewOrder($"order{i}");
            _database.Orders.Add(order.Id, order);
            for (var clients = random.Next(1, 4); clients > 0; clients--) Arrive(new(order.Id));
        }

        for (var i = 0; i < _replicas.Length; i++) Start(i);
    }

    private OrderModel NewOrder(string id)
    {
        var random = _scheduler.Random;
        var lines = Enumerable.Range(1, _stock.Items.Count).Where(_ => random.Next(3) > 0)
            .Select(i => new ReservationLine($"item{i}", random.Next(1, 3))).ToList();
        if (_scheduler.Chance(0.05)) lines.Add(new("gone", 1));
        var user = _scheduler.Chance(0.05) ? "nobody" : $"user{random.Next(1, _payment.Accounts.Count + 1)}";
        _journal.Write($"{id} of {user}: {string.Join(' ', lines.Select(static line => $"{line.Quantity}x{line.Item}"))}");
        return new(id, user, [.. lines], random.Next(1, 6));
    }

    // Most immediately, some later, a few much later.
    private void Arrive(Client client)
    {
        _clients.Add(client);
        var delay = _scheduler.Random.Next(10) switch { < 6 => _scheduler.Between(0, 0.02), < 9 => _scheduler.Between(0, 10), _ => _scheduler.Between(0, 55) };
        _scheduler.Add(delay, null, () => Ask(client));
    }

    private void Ask(Client client)
    {
        if (client.IsDone) return;
        if (_replicas[_scheduler.Random.Next(_replicas.Length)] is { } replica)
        {
            client.Waits = replica;
            _journal.Write($"client asks {replica.Process.Name} for {client.Order}");
            _scheduler.Add(TimeSpan.Zero, replica.Process, () => _ = AskAsync(client, replica));
        }
        else
        {
            _scheduler.Add(_scheduler.Between(0.1, 2), null, () => Ask(client));
        }
    }

    private async Task AskAsync(Client client, Replica replica)
    {
        var result = await replica.Checkouts.CheckoutAsync(client.Order);
        client.Waits = null;
        _journal.Write($"client hears from {replica.Process.Name} of {client.Order}: {result.Status} {result.Refusal}");
        _audit.Hear(client.Order, result);
        if (result.Status is CheckoutStatus.Unresolved or CheckoutStatus.Overloaded) AskAgain(client);
        else client.IsDone = true;
    }

    private void AskAgain(Client client)
    {
        if (++client.Attempts >= AttemptsMax) client.IsDone = true;
        else _scheduler.Add(_scheduler.Between(0, 10, 2), null, () => Ask(client));
    }

    private void Start(int i)
    {
        var skew = _scheduler.Random.Next(4) switch { 0 => -ClockSkew, 1 => ClockSkew, _ => TimeSpan.Zero };
        var process = new Process(_scheduler, $"replica{++_started}", skew);
        _journal.Write($"{process.Name} starts; its clock is {skew.TotalHours} h off");
        var store = new StoreModel(process, _network, _databaseServer, _database, _journal, _bug);
        var stock = new StockAdapter(process, _network, _stockServer, _stock, _journal, _bug);
        var payment = new PaymentAdapter(process, _network, _paymentServer, _payment, _journal, _bug);
        var replica = _replicas[i] = new(process, store, stock, payment, _telemetry, _silence, _journal);
        _scheduler.Add(_scheduler.Between(0, 1), process, () => _ = replica.RecoverAsync());
    }

    private void Draw()
    {
        var random = _scheduler.Random;
        _network.Faults = Faults.Draw(_scheduler);
        _journal.Write($"{_network.Faults}");
        for (var i = Few(); i > 0; i--) _scheduler.Add(Moment(), null, () => Die(random.Next(_replicas.Length)));
        for (var i = Few(); i > 0; i--) _scheduler.Add(Moment(), null, () => Pause(random.Next(_replicas.Length)));
        foreach (var server in (Server[])[_stockServer, _paymentServer, _databaseServer])
            if (_scheduler.Chance(0.3)) _scheduler.Add(Moment(), null, () => TakeDown(server));
        if (_scheduler.Chance(0.1)) _scheduler.Add(Moment(), null, () => _database.Replace(NewOrder($"order{random.Next(1, _database.Orders.Count + 1)}")));
        _scheduler.Add(TroubleMax, null, Heal);
    }

    private int Few() => _scheduler.Chance(0.5) ? 0 : _scheduler.Random.Next(1, 4);

    // While the first ones are in progress, or later.
    private TimeSpan Moment() => _scheduler.Chance(0.6) ? _scheduler.Between(0, 0.1) : _scheduler.Between(0, 50, 2);

    private void Die(int i)
    {
        if (_replicas[i] is not { } replica) return;
        _journal.Write($"{replica.Process.Name} dies");
        replica.Process.IsDead = true;
        _replicas[i] = null;
        foreach (var client in _clients.Where(client => client.Waits == replica))
        {
            client.Waits = null;
            AskAgain(client);
        }

        _scheduler.Add(Min(_scheduler.Between(0.1, 40, 2), Left), null, () => Start(i));
    }

    private void Pause(int i)
    {
        if (_replicas[i] is not { } replica) return;
        var time = Min(_scheduler.Between(0.01, 45, 1.5), Left);
        _journal.Write($"{replica.Process.Name} stands still for {time.TotalSeconds} s");
        replica.Process.PausedUntil = _scheduler.Now + time.Ticks;
    }

    private void TakeDown(Server server)
    {
        var time = Min(_scheduler.Between(0.1, 50), Left);
        _journal.Write($"{server.Name} is down for {time.TotalSeconds} s");
        (server.DownFrom, server.DownUntil) = (_scheduler.Now, _scheduler.Now + time.Ticks);
    }

    private void Heal()
    {
        _journal.Write($"no more trouble");
        _network.Faults = Faults.None;
    }

    private void RunToTheEnd()
    {
        long? healedAt = null, quietSince = null;
        while (_journal.Violation is null && _scheduler.RunNext())
        {
            if (Left > TimeSpan.Zero) continue;
            if (_scheduler.Elapsed > TroubleMax + RestMax) _journal.Violate(Unrest());
            if (_network.UnderWay == 0) healedAt ??= _scheduler.Now;
            if (_scheduler.Now - healedAt > HealingMax.Ticks) _audit.CheckNoneOpenSince(healedAt!.Value);
            if (_network.UnderWay > 0 || _database.OpenBatches > 0 || _clients.Exists(static client => !client.IsDone)) quietSince = null;
            else quietSince ??= _scheduler.Now;
            if (_scheduler.Now - quietSince > QuietMin.Ticks) break;
        }

        if (_journal.Violation is null) _audit.CheckBooks();
    }

    private string Unrest() => $"it never ends: {_database.OpenBatches} batches are open, {_network.UnderWay} calls under way, "
        + $"{_clients.Count(static client => !client.IsDone)} clients without an answer";

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    // Retries a few times until it gets an outcome.
    private sealed class Client(string order)
    {
        public string Order => order;

        public int Attempts { get; set; }

        public bool IsDone { get; set; }

        public Replica? Waits { get; set; }
    }
}
