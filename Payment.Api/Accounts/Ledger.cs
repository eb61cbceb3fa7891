namespace Payment.Api.Accounts;

/// <summary>The accounting rules, without I/O. Works on rows that the caller has locked.</summary>
/// <param name="accounts">The existing accounts of the movements.</param>
/// <param name="entries">The existing entries with the movements' keys. New entries are added.</param>
internal sealed class Ledger(Dictionary<string, Account> accounts, Dictionary<Guid, Entry> entries)
{
    /// <summary>Applies a movement, or returns its earlier outcome.</summary>
    public EntryStatus Apply(in Movement movement)
    {
        if (entries.TryGetValue(movement.Key, out var entry)) return movement.IsRefund ? Refund(entry) : Again(entry, movement);
        var status = movement.IsRefund ? EntryStatus.Cancelled : Move(movement);
        // A refused charge is stored, so that its saga gets the same answer on a retry. So is every movement with a client's key.
        if (movement.IsClientKey || (movement.Kind == EntryKind.Charge ? status != EntryStatus.Overflow : status == EntryStatus.Done && movement.Amount > 0))
        {
            entries.Add(movement.Key, new Entry
            {
                Key = movement.Key, Account = movement.Account, Kind = movement.Kind, Amount = movement.Amount, Status = status, IsNew = true,
            });
        }

        return status;
    }

    private static EntryStatus Again(Entry entry, in Movement movement) =>
        !movement.IsClientKey || (entry.Kind == movement.Kind && entry.Account == movement.Account && entry.Amount == movement.Amount)
            ? entry.Status : EntryStatus.KeyReused;

    private EntryStatus Move(in Movement movement)
    {
        if (movement.Kind == EntryKind.Open)
        {
            accounts.Add(movement.Account, new Account { Id = movement.Account, IsNew = true });
            return EntryStatus.Done;
        }

        if (!accounts.TryGetValue(movement.Account, out var account)) return EntryStatus.NoAccount;
        if (movement.Kind == EntryKind.Fund)
        {
            // The balance never exceeds the funded amount, so only the latter can overflow.
            if (account.Funded > long.MaxValue - movement.Amount) return EntryStatus.Overflow;
            account.Funded += movement.Amount;
            account.Balance += movement.Amount;
        }
        else
        {
            if (account.Balance < movement.Amount) return EntryStatus.NoCredit;
            if (account.Captured > long.MaxValue - movement.Amount) return EntryStatus.Overflow;
            account.Captured += movement.Amount;
            account.Balance -= movement.Amount;
        }

        account.IsChanged = true;
        return EntryStatus.Done;
    }

    private EntryStatus Refund(Entry entry)
    {
        if (entry.Status != EntryStatus.Done) return entry.Status;
        // No account: batch_init replaced it together with its charges.
        if (accounts.TryGetValue(entry.Account, out var account))
        {
            account.Refunded += entry.Amount;
            account.Balance += entry.Amount;
            account.IsChanged = true;
        }

        entry.IsChanged = true;
        return entry.Status = EntryStatus.Refunded;
    }
}
