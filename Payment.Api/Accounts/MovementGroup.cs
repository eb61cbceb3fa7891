namespace Payment.Api.Accounts;

/// <summary>Movements that one statement can make: it adds up what comes into each account and what leaves it.</summary>
internal sealed class MovementGroup
{
    private readonly HashSet<Guid> _keys = [];

    /// <summary>The sums of each account, in the order in which the rows are locked.</summary>
    public SortedDictionary<string, (long Funds, long Takes)> Accounts { get; } = new(StringComparer.Ordinal);

    /// <summary>The movements, each with the index of its request.</summary>
    public List<(int Index, Movement Movement)> Movements { get; } = [];

    public int Count => Movements.Count;

    /// <summary>Adds a movement. Returns false for one that depends on what is stored, has the key of another one, or would make a sum overflow.</summary>
    public bool TryAdd(int index, Movement movement)
    {
        if (movement.IsRefund || movement.Kind == EntryKind.Open || _keys.Contains(movement.Key)) return false;
        var (funds, takes) = Accounts.GetValueOrDefault(movement.Account);
        ref var sum = ref movement.Kind == EntryKind.Fund ? ref funds : ref takes;
        if (sum > long.MaxValue - movement.Amount) return false;
        sum += movement.Amount;
        Accounts[movement.Account] = (funds, takes);
        _keys.Add(movement.Key);
        Movements.Add((index, movement));
        return true;
    }
}
