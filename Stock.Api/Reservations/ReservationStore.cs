using System.Globalization;
using Stock.Api.Scripting;
using StackExchange.Redis;

namespace Stock.Api.Reservations;

/// <summary>
/// Stock that checkouts hold. A saga has one record here, the field with its id in the hash <c>r:MINUTE</c> of the minute it started; the record tells
/// reserve, commit
/// and release apart and is what makes each of them happen once. Records have no time to live: they go with their minute when Order.Api says that no saga
/// of that time is open (<see cref="ForgetAsync"/>), and from then on a reserve of that age is refused.
/// </summary>
internal sealed class ReservationStore(RedisScripts redis)
{
    // A first call looks back a week; a Redis that went without one for longer keeps its oldest records.
    private const int ForgetMinutesMax = 7 * 24 * 60;

    private static readonly string ReserveScript = RedisScripts.Load("reserve");
    private static readonly string SettleScript = RedisScripts.Load("settle");
    private static readonly string ForgetScript = RedisScripts.Load("forget");

    /// <summary>Holds the stock of each saga, all lines or none; the outcomes come in the order asked.</summary>
    public async Task<StockOutcome[]> ReserveAsync(IReadOnlyList<ReserveMember> members)
    {
        var arguments = new List<RedisValue>(members.Count * 7);
        foreach (var member in members)
        {
            arguments.Add(Minute(member.StartedAt));
            arguments.Add(Text(member.Saga));
            arguments.Add(member.Lines.Length);
            foreach (var line in member.Lines)
            {
                arguments.Add(line.Item);
                arguments.Add(line.Quantity);
            }
        }

        return Outcomes(await redis.RunAsync(ReserveScript, [.. arguments]));
    }

    /// <summary>What was held is sold.</summary>
    public Task<StockOutcome[]> CommitAsync(IReadOnlyList<SettleMember> members) => SettleAsync("C", members);

    /// <summary>What was held is available again; a saga not yet seen can reserve no more.</summary>
    public Task<StockOutcome[]> ReleaseAsync(IReadOnlyList<SettleMember> members) => SettleAsync("R", members);

    /// <summary>Drops the records of sagas that started before the given time, to the minute. Only for times from which no saga is open.</summary>
    public async Task<long> ForgetAsync(long startedBefore) => (long)await redis.RunAsync(ForgetScript, [Minute(startedBefore) - 1, ForgetMinutesMax]);

    private async Task<StockOutcome[]> SettleAsync(string verb, IReadOnlyList<SettleMember> members)
    {
        var arguments = new RedisValue[1 + (2 * members.Count)];
        arguments[0] = verb;
        for (var i = 0; i < members.Count; i++)
        {
            arguments[1 + (2 * i)] = Minute(members[i].StartedAt);
            arguments[2 + (2 * i)] = Text(members[i].Saga);
        }

        return Outcomes(await redis.RunAsync(SettleScript, arguments));
    }

    private static StockOutcome[] Outcomes(RedisResult result) => Array.ConvertAll((RedisValue[])result!, static letter => (string?)letter switch
    {
        "H" => StockOutcome.Reserved,
        "O" => StockOutcome.OutOfStock,
        "U" => StockOutcome.UnknownItem,
        "R" => StockOutcome.Released,
        "C" => StockOutcome.Committed,
        "N" => StockOutcome.NotReserved,
        _ => throw new InvalidOperationException($"A reservation script replied '{letter}'."),
    });

    private static long Minute(long unixSeconds) => unixSeconds / 60;

    private static string Text(Guid saga) => saga.ToString("N", CultureInfo.InvariantCulture);
}
