using System.CommandLine;

namespace LoadTest.Scenarios;

internal sealed record ScenarioOptions
{
    /// <summary>The addresses of one shop.</summary>
    public required IReadOnlyList<Target> Targets { get; init; }

    /// <summary>The number of concurrent users, each with its own connection.</summary>
    public required int Users { get; init; }

    /// <summary>Requests per second in an open loop; 0 for a closed loop.</summary>
    public required int RatePerSecond { get; init; }

    public required int DurationSeconds { get; init; }

    /// <summary>The seconds before the measurement in which the load grows evenly.</summary>
    public required int RampSeconds { get; init; }

    public required long Seed { get; init; }
    public required ScenarioSet Set { get; init; }
    public required bool IsPlain { get; init; }
    public required bool HasBareHop { get; init; }
    public required string? Nginx { get; init; }
    public required string? HtmlFile { get; init; }
    public required string? JsonFile { get; init; }

    public static Command Command(ScenarioSet set, Func<ScenarioOptions, int> run)
    {
        var weights = Setting.Of("--weights", "LIST", "The weight of each scenario; unnamed ones are skipped", set.WithWeights, () => set);
        var users = Setting.Number("--users", "N", "Concurrent users, each with a connection", 1, set.UsersMax, 32);
        users.Aliases.Add("--connections");
        var ramp = Setting.Number("--ramp", "SECONDS", "Seconds in which the load grows evenly, before the measurement", 0, Setting.RampSecondsMax, 2);
        var seed = Setting.Number("--seed", "N", "Selects scenarios, prices and quantities", long.MinValue, long.MaxValue, 1);
        var plain = Setting.Flag("--plain", "Print a line per second, even in a terminal");
        var bare = Setting.Flag("--bare", "Also measure the bare gateway hop before and after, and CPU time by process");
        var nginx = Setting.Nginx();
        var (targets, rate, duration, html, json) = (Setting.Targets(), Setting.Rate(), Setting.Duration(20), Setting.Html(), Setting.Json());
        var command = new Command(set.Name, $"{set.Description}. Ctrl+C ends it early, with a report; a second Ctrl+C ends it at once")
        {
            weights, targets, users, rate, ramp, duration, seed, plain, bare, nginx, html, json,
        };
        command.SetAction(given =>
        {
            var (addresses, count) = (given.GetRequiredValue(targets), given.GetValue(users));
            if (addresses.Length > count) throw new UsageException($"{addresses.Length} targets require at least as many users; --users is {count}.");
            return run(new ScenarioOptions
            {
                Targets = addresses, Users = count, RatePerSecond = given.GetValue(rate), DurationSeconds = given.GetValue(duration),
                RampSeconds = given.GetValue(ramp), Seed = given.GetValue(seed), Set = given.GetRequiredValue(weights), IsPlain = given.GetValue(plain),
                HasBareHop = given.GetValue(bare), Nginx = given.GetValue(nginx),
                HtmlFile = given.GetValue(html), JsonFile = given.GetValue(json),
            });
        });
        return command;
    }
}
