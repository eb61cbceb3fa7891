using System.CommandLine;

namespace LoadTest.Scenarios;

/// <summary>What <c>LoadTest shop</c>, <c>storm</c> and <c>browse</c> are asked for.</summary>
internal sealed record ScenarioOptions
{
    /// <summary>Addresses of one shop.</summary>
    public required IReadOnlyList<Target> Targets { get; init; }

    /// <summary>Who visits at once, each over a connection of its own.</summary>
    public required int Users { get; init; }

    /// <summary>Requests a second of an open loop; 0 for a closed loop.</summary>
    public required int RatePerSecond { get; init; }

    public required int DurationSeconds { get; init; }

    /// <summary>Seconds before that, in which the load grows evenly.</summary>
    public required int RampSeconds { get; init; }

    public required long Seed { get; init; }
    public required ScenarioSet Set { get; init; }
    public required bool IsPlain { get; init; }
    public required string? HtmlFile { get; init; }
    public required string? JsonFile { get; init; }

    public static Command Command(ScenarioSet set, Func<ScenarioOptions, int> run)
    {
        var weights = Setting.Of("--weights", "LIST", "How often each scenario is chosen; those that are not named are left out", set.WithWeights, () => set);
        var users = Setting.Number("--users", "N", "Users at once, each with a connection", 1, set.UsersMax, 32);
        users.Aliases.Add("--connections");
        var ramp = Setting.Number("--ramp", "SECONDS", "Seconds in which the load grows evenly, before the measurement", 0, Setting.RampSecondsMax, 2);
        var seed = Setting.Number("--seed", "N", "Chooses scenarios, prices and quantities", long.MinValue, long.MaxValue, 1);
        var plain = Setting.Flag("--plain", "A line a second, also in a terminal");
        var (targets, rate, duration, html, json) = (Setting.Targets(), Setting.Rate(), Setting.Duration(20), Setting.Html(), Setting.Json());
        var command = new Command(set.Name, $"{set.Description}. Ctrl+C ends it early, with a report; a second one ends it at once")
        {
            weights, targets, users, rate, ramp, duration, seed, plain, html, json,
        };
        command.SetAction(given =>
        {
            var (addresses, count) = (given.GetRequiredValue(targets), given.GetValue(users));
            if (addresses.Length > count) throw new UsageException($"{addresses.Length} targets need as many users; there are {count}.");
            return run(new ScenarioOptions
            {
                Targets = addresses, Users = count, RatePerSecond = given.GetValue(rate), DurationSeconds = given.GetValue(duration),
                RampSeconds = given.GetValue(ramp), Seed = given.GetValue(seed), Set = given.GetRequiredValue(weights), IsPlain = given.GetValue(plain),
                HtmlFile = given.GetValue(html), JsonFile = given.GetValue(json),
            });
        });
        return command;
    }
}
