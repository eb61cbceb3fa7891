using StackExchange.Redis;
using Stock.Api.Items;
using Stock.Api.Scripting;

namespace Stock.Api.Reservations;

/// <summary>
/// Stores the stock that checkouts hold. Each saga has one record: a field with its ID in the hash <c>r:PERIOD</c> of the ten seconds in which it started. The
/// record distinguishes hold, commit and release and makes each of them happen only once. Records do not expire. They are deleted with their period when
/// Order.Api reports that no saga of that time is open (<see cref="ForgetAsync"/>), and from then on holds of that age are refused.
/// </summary>
internal sealed class ReservationStore(RedisScripts redis)
{
    private const long PeriodSeconds = 10;

    // The first call looks back a day. If Redis went without a call for longer, it keeps its oldest records.
    private const long ForgetPeriodsMax = 24 * 3600 / PeriodSeconds;

    private static readonly string SettleScript = RedisScripts.Load("settle");
    private static readonly string ForgetScript = RedisScripts.Load("forget");

    /// <summary>Holds, commits and releases in one atomic step. The outcomes are in the order requested.</summary>
    /// <param name="stock">Identity of the intended stock; null for any.</param>
    /// <param name="members">The sagas' commands.</param>
    /// <exception cref="RedisServerException">Redis has another stock, or none.</exception>
    public async Task<StockOutcome[]> SettleAsync(Guid? stock, SettleMember[] members)
    {
        var arguments = new List<RedisValue>((members.Length * 8) + 1) { stock?.ToString() ?? "" };
        foreach (var member in members)
        {
            arguments.Add(member.Verb switch
            {
                ReservationVerb.Hold => "H",
                ReservationVerb.Commit => "C",
                ReservationVerb.Release => "R",
                _ => throw new ArgumentException($"Saga {member.Saga} asks for {(int)member.Verb}, which this version does not know.", nameof(members)),
            });
            arguments.Add(member.StartedAt / PeriodSeconds);
            arguments.Add(member.Saga.ToByteArray());
            if (member.Verb != ReservationVerb.Hold) continue;
            arguments.Add(member.Lines!.Length);
            foreach (var line in member.Lines)
            {
                arguments.Add(line.Item);
                arguments.Add(line.Quantity);
            }
        }

        var letters = (RedisValue[])(await redis.WriteAsync(SettleScript, [.. arguments]))!;
        return [.. members.Zip(letters, static (member, letter) => Outcome(member.Saga, letter))];
    }

    private static StockOutcome Outcome(Guid saga, RedisValue letter) => (string?)letter switch
    {
        "H" => StockOutcome.Held,
        "O" => StockOutcome.OutOfStock,
        "U" => StockOutcome.UnknownItem,
        "R" => StockOutcome.Released,
        "C" => StockOutcome.Committed,
        "N" => StockOutcome.NotHeld,
        _ => throw new InvalidDataException($"The reservation of saga {saga} is '{letter}', which this version does not know."),
    };

    /// <summary>Deletes the records of sagas that started before the given time, rounded down to a period. No such saga may be open.</summary>
    /// <returns>The number of periods that had records.</returns>
    public async Task<long> ForgetAsync(long startedBefore) =>
        (long)await redis.WriteAsync(ForgetScript, [(startedBefore / PeriodSeconds) - 1, ForgetPeriodsMax]);
}
