using StackExchange.Redis;
using Stock.Api.Items;
using Stock.Api.Scripting;

namespace Stock.Api.Reservations;

/// <summary>
/// Stock that checkouts hold. A saga has one record here, the field with its id in the hash <c>r:PERIOD</c> of the ten seconds it started in; the record tells
/// hold, commit and release apart and is what makes each of them happen once. Records have no time to live: they go with their period when Order.Api says
/// that no saga of that time is open (<see cref="ForgetAsync"/>), and from then on a hold of that age is refused.
/// </summary>
internal sealed class ReservationStore(RedisScripts redis)
{
    private const long PeriodSeconds = 10;

    // A first call looks back a day; a Redis that went without one for longer keeps its oldest records.
    private const long ForgetPeriodsMax = 24 * 3600 / PeriodSeconds;

    private static readonly string SettleScript = RedisScripts.Load("settle");
    private static readonly string ForgetScript = RedisScripts.Load("forget");

    /// <summary>Holds, commits and releases in one atomic step; the outcomes come in the order asked.</summary>
    /// <param name="stock">The stock that is meant; null for any.</param>
    /// <param name="members">What is wanted.</param>
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

        var letters = (RedisValue[])(await redis.RunAsync(SettleScript, [.. arguments]))!;
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

    /// <summary>Drops the records of sagas that started before the given time, to the period. Only for times from which no saga is open.</summary>
    /// <returns>How many periods had records.</returns>
    public async Task<long> ForgetAsync(long startedBefore) =>
        (long)await redis.RunAsync(ForgetScript, [(startedBefore / PeriodSeconds) - 1, ForgetPeriodsMax]);
}
