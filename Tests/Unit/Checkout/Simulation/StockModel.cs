extern alias OrderApi;

using OrderApi::Order.Api.Checkout;
using OrderApi::Order.Api.Checkout.Participants;

namespace Tests.Unit.Checkout.Simulation;

internal sealed class ItemModel(long initial)
{
    public long Initial { get; } = initial;

    public long Available { get; set; } = initial;

    public long Sold { get; set; }
}

/// <summary>
/// Stock.Api and its Redis. Implements settle.lua and forget.lua line by line and must be kept in sync, except for generations: items are never replaced
/// here.
/// </summary>
internal sealed class StockModel(Scheduler scheduler, Journal journal, Bug bug)
{
    private const long PeriodSeconds = 10;

    private readonly Dictionary<long, Dictionary<Guid, (char Letter, ReservationLine[] Lines)>> _records = [];
    private long _floor;

    /// <summary>By id.</summary>
    public Dictionary<string, ItemModel> Items { get; } = [];

    /// <summary>Number of times that a saga's lines were sold.</summary>
    public Dictionary<Guid, int> Commits { get; } = [];

    /// <summary>Called when the holds of a saga have changed.</summary>
    public Action<Guid>? Changed { get; set; }

    /// <summary>All sagas that hold something.</summary>
    public IEnumerable<Guid> Holders => _records.Values.SelectMany(static records => records).Where(static record => record.Value.Letter == 'H')
        .Select(static record => record.Key);

    /// <summary>Returns whether a saga holds or has bought something.</summary>
    public bool HasEffect(Guid saga) => Commits.ContainsKey(saga) || Holders.Contains(saga);

    /// <summary>Executes the calls of the members in one step.</summary>
    public void Settle(SettleMember[] members, Action<StockOutcome[]> reply)
    {
        if (bug == Bug.StockChecksThenSets && Array.Exists(members, static member => member.Verb == ReservationVerb.Hold))
        {
            var seen = Items.ToDictionary(static item => item.Key, static item => item.Value.Available);
            scheduler.Add(scheduler.Between(0.0001, 0.005), null, () => reply(Array.ConvertAll(members, member => Settle(member, seen))));
            return;
        }

        reply(Array.ConvertAll(members, member => Settle(member, null)));
    }

    /// <summary>Drops the records of sagas that started before the given time.</summary>
    public void Forget(long startedBefore)
    {
        var target = (startedBefore / PeriodSeconds) - 1;
        if (target <= _floor) return;
        foreach (var period in _records.Keys.Where(period => period <= target).ToList())
        {
            foreach (var (saga, record) in _records[period])
                if (record.Letter == 'H') journal.Violate($"stock forgets {journal.Name(saga, 'S')}, which holds something");
            _records.Remove(period);
        }

        _floor = target;
    }

    private StockOutcome Settle(SettleMember member, Dictionary<string, long>? seen)
    {
        var period = member.StartedAt / PeriodSeconds;
        var isForgotten = period <= _floor && bug != Bug.NoFloor;
        if (!_records.TryGetValue(period, out var records)) _records.Add(period, records = []);
        (char Letter, ReservationLine[] Lines)? record = !isForgotten && records.TryGetValue(member.Saga, out var found) ? found : null;
        var letter = record?.Letter;
        if (member.Verb == ReservationVerb.Hold)
        {
            if (isForgotten)
            {
                letter = 'R';
            }
            else if (letter is null || (letter == 'H' && bug == Bug.NoStockDedupe))
            {
                letter = Hold(member.Lines!, seen);
                records[member.Saga] = (letter.Value, letter == 'H' ? member.Lines! : []);
            }
        }
        else if (letter == 'H')
        {
            letter = member.Verb == ReservationVerb.Commit ? 'C' : 'R';
            foreach (var line in record!.Value.Lines)
            {
                if (letter == 'C') Items[line.Item].Sold += line.Quantity;
                else Items[line.Item].Available += line.Quantity;
            }

            if (letter == 'C') Commits[member.Saga] = Commits.GetValueOrDefault(member.Saga) + 1;
            records[member.Saga] = (letter.Value, []);
        }
        else if (letter is null or 'O' or 'U')
        {
            if (member.Verb == ReservationVerb.Commit)
            {
                letter = isForgotten ? 'C' : 'N';
            }
            else
            {
                letter = 'R';
                if (!isForgotten && record is null && bug != Bug.NoStockTombstone) records.Add(member.Saga, ('R', []));
            }
        }

        journal.Write($"    stock: {member.Verb} {journal.Name(member.Saga, 'S')} {Text(member.Lines)} -> {letter}; {Text()}");
        Changed?.Invoke(member.Saga);
        return Outcome(letter!.Value);
    }

    // Takes line by line, and puts back the lines taken if one is refused.
    private char Hold(ReservationLine[] lines, Dictionary<string, long>? seen)
    {
        for (var i = 0; i < lines.Length; i++)
        {
            var isKnown = Items.ContainsKey(lines[i].Item);
            if (isKnown && Take(lines[i], 1, seen) >= 0) continue;
            for (var taken = 0; taken < (isKnown ? i + 1 : i); taken++) Take(lines[taken], -1, seen);
            return isKnown ? 'O' : 'U';
        }

        return 'H';
    }

    private long Take(ReservationLine line, int sign, Dictionary<string, long>? seen)
    {
        var item = Items[line.Item];
        item.Available = (seen?[line.Item] ?? item.Available) - (sign * line.Quantity);
        if (seen is not null) seen[line.Item] = item.Available;
        return item.Available;
    }

    private static StockOutcome Outcome(char letter) => letter switch
    {
        'H' => StockOutcome.Held,
        'O' => StockOutcome.OutOfStock,
        'U' => StockOutcome.UnknownItem,
        'R' => StockOutcome.Released,
        'C' => StockOutcome.Committed,
        'N' => StockOutcome.NotHeld,
        _ => throw new InvalidOperationException($"{letter} is not a letter of a record."),
    };

    private string Text() => string.Join(", ", Items.Select(static item => $"{item.Key} {item.Value.Available} left {item.Value.Sold} sold"));

    private static string Text(ReservationLine[]? lines) => string.Join(' ', (lines ?? []).Select(static line => $"{line.Quantity}x{line.Item}"));
}
