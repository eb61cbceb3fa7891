extern alias OrderApi;
extern alias PaymentApi;

using OrderApi::Order.Api.Checkout;
using OrderApi::Order.Api.Checkout.Participants;
using PaymentApi::Payment.Api;
using PaymentApi::Payment.Api.Accounts;
using PaymentApi::Payment.Api.Charges;
using ChargeMember = OrderApi::Order.Api.Checkout.Participants.ChargeMember;
using PaymentOutcome = OrderApi::Order.Api.Checkout.Participants.PaymentOutcome;

namespace Tests.Unit.Checkout.Simulation;

/// <summary>Payment.Api: its real ledger over tables in memory. A call is one transaction, which with two-phase locking is one step.</summary>
internal sealed class PaymentModel(Scheduler scheduler, Journal journal, Bug bug)
{
    /// <summary>By id.</summary>
    public Dictionary<string, Account> Accounts { get; } = [];

    /// <summary>By saga.</summary>
    public Dictionary<Guid, Entry> Entries { get; } = [];

    /// <summary>Called when the charge of a saga may have changed.</summary>
    public Action<Guid>? Changed { get; set; }

    /// <summary>Returns whether a saga has an unrefunded charge.</summary>
    public bool IsCharged(Guid saga) => Entries.TryGetValue(saga, out var entry) && entry.Status == EntryStatus.Done;

    /// <summary>Executes the calls of the members.</summary>
    public void Apply(ChargeMember[] members, Action<PaymentOutcome[]> reply)
    {
        if (bug != Bug.PaymentChecksThenSets)
        {
            reply(Array.ConvertAll(members, member => Apply(new(Accounts, Entries), member)));
            return;
        }

        // Without locks: works on copies of the rows, which are written back later.
        var accounts = members.Select(static member => member.User).Distinct().Where(Accounts.ContainsKey)
            .ToDictionary(static id => id, id => Copy(Accounts[id]));
        var entries = members.Select(static member => member.Saga).Where(Entries.ContainsKey).ToDictionary(static id => id, id => Copy(Entries[id]));
        var ledger = new Ledger(accounts, entries);
        var outcomes = Array.ConvertAll(members, member => Apply(ledger, member));
        scheduler.Add(scheduler.Between(0.0001, 0.005), null, () =>
        {
            foreach (var (id, account) in accounts) Accounts[id] = account;
            foreach (var (id, entry) in entries) Entries[id] = entry;
            reply(outcomes);
        });
    }

    private PaymentOutcome Apply(Ledger ledger, ChargeMember member)
    {
        if (bug == Bug.NoPaymentDedupe && !member.IsRefund && IsCharged(member.Saga)) Entries.Remove(member.Saga);
        var status = ledger.Apply(new(member.Saga, member.User, EntryKind.Charge, member.Amount, member.IsRefund));
        if (bug == Bug.NoPaymentTombstone && status == EntryStatus.Cancelled) Entries.Remove(member.Saga);
        var verb = member.IsRefund ? "refund" : "charge";
        journal.Write($"    payment: {verb} {journal.Name(member.Saga, 'S')} {member.Amount} of {member.User} -> {status}; {Text()}");
        Changed?.Invoke(member.Saga);
        return (PaymentOutcome)(int)ChargeEndpoints.Outcome(member.Saga, status, member.IsRefund); // a number in the protocol
    }

    private string Text() => string.Join(", ", Accounts.Values.Select(static account => $"{account.Id} {account.Balance}"));

    private static Account Copy(Account account) => new()
    {
        Id = account.Id, Balance = account.Balance, Funded = account.Funded, Captured = account.Captured, Refunded = account.Refunded,
    };

    private static Entry Copy(Entry entry) => new()
    {
        Key = entry.Key, Account = entry.Account, Kind = entry.Kind, Amount = entry.Amount, Status = entry.Status,
    };
}
