namespace Payment.Api.Accounts;

/// <summary>What moves money. The numbers are stored.</summary>
internal enum EntryKind : short
{
    /// <summary>add_funds: into the account from outside.</summary>
    Fund = 1,

    /// <summary>pay: out of the account at the user's word.</summary>
    Pay = 2,

    /// <summary>The charge of a checkout.</summary>
    Charge = 3,

    /// <summary>create_user: a new account; moves nothing.</summary>
    Open = 4,
}

/// <summary>How an entry stands. The numbers are stored.</summary>
internal enum EntryStatus : short
{
    /// <summary>The money has moved.</summary>
    Done = 1,

    /// <summary>Refused: not enough credit.</summary>
    NoCredit = 2,

    /// <summary>Refused: no such account.</summary>
    NoAccount = 3,

    /// <summary>The money has moved there and back.</summary>
    Refunded = 4,

    /// <summary>Cancelled before it came; it is refused when it comes.</summary>
    Cancelled = 5,

    /// <summary>Refused: a sum would leave 64 bits. Not stored for charges.</summary>
    Overflow = 6,

    /// <summary>Refused: the key came with something else before. Never stored.</summary>
    KeyReused = 7,
}

/// <summary>An account's row.</summary>
internal sealed class Account
{
    public required string Id { get; init; }

    public long Balance { get; set; }

    public long Funded { get; set; }

    public long Captured { get; set; }

    public long Refunded { get; set; }

    public bool IsChanged { get; set; }

    /// <summary>Not yet in the database.</summary>
    public bool IsNew { get; init; }
}

/// <summary>An entry's row.</summary>
internal sealed class Entry
{
    public required Guid Key { get; init; }

    public required string Account { get; init; }

    public required EntryKind Kind { get; init; }

    public required long Amount { get; init; }

    public required EntryStatus Status { get; set; }

    /// <summary>Not yet in the database.</summary>
    public bool IsNew { get; init; }

    /// <summary>In the database with another status.</summary>
    public bool IsChanged { get; set; }
}

/// <summary>One thing to do with an account.</summary>
/// <param name="Key">Under it this happens once; asked again, the first outcome is the answer.</param>
/// <param name="Account">The account's id.</param>
/// <param name="Kind">What to do, or what to refund.</param>
/// <param name="Amount">1 or more; 0 to open an account. A refund gives back what was charged under the key, whatever is said here.</param>
/// <param name="IsRefund">Give back instead.</param>
/// <param name="IsClientKey">The key is the client's, who may ask again: refusals are remembered too, and it must come with the same movement.</param>
internal readonly record struct Movement(
    Guid Key, string Account, EntryKind Kind, long Amount, bool IsRefund = false, bool IsClientKey = false);

/// <summary>The rules of money, without I/O: works on rows that the caller holds locked.</summary>
/// <param name="accounts">The accounts that exist among those of the movements.</param>
/// <param name="entries">The entries that exist under the movements' keys; new ones are added.</param>
internal sealed class Ledger(Dictionary<string, Account> accounts, Dictionary<Guid, Entry> entries)
{
    /// <summary>Does one movement, or says what came of it before.</summary>
    public EntryStatus Apply(in Movement movement)
    {
        if (entries.TryGetValue(movement.Key, out var entry)) return movement.IsRefund ? Refund(entry) : Again(entry, movement);
        var status = movement.IsRefund ? EntryStatus.Cancelled : Move(movement);
        // A refused charge is remembered, so that its saga hears the same again, and all that has a client's key.
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
            // The balance is never above what was funded, so only that can overflow.
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
        // No account: batch_init has replaced it, and what was charged with it.
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
