using LoadTest.Http;

namespace LoadTest.Scenarios;

/// <summary>What <c>LoadTest shop</c>, <c>storm</c> and <c>browse</c> are asked for.</summary>
internal sealed record ScenarioOptions
{
    /// <summary>Addresses of one shop.</summary>
    public IReadOnlyList<Target> Targets { get; init; } = [];

    /// <summary>Who visits at once, each over a connection of its own.</summary>
    public int Users { get; init; } = 32;

    /// <summary>Requests a second of an open loop; 0 for a closed loop.</summary>
    public int RatePerSecond { get; init; }

    public int DurationSeconds { get; init; } = 20;

    /// <summary>Seconds before that, in which the load grows evenly.</summary>
    public int RampSeconds { get; init; } = 2;

    public long Seed { get; init; } = 1;
    public required ScenarioSet Set { get; init; }
    public bool IsPlain { get; init; }
    public string? HtmlFile { get; init; }
    public string? JsonFile { get; init; }

    /// <exception cref="UsageException">The options are wrong, or do not go together.</exception>
    public static ScenarioOptions Parse(ScenarioSet set, ReadOnlySpan<string> arguments)
    {
        var given = new Arguments(arguments);
        var options = new ScenarioOptions { Set = set };
        options = options with
        {
            Targets = Target.ParseMany(given.Text("--target") ?? Target.Default),
            Users = (int)(given.Users(set.UsersMax) ?? options.Users),
            RatePerSecond = (int)(given.Number("--rate", 1, Limits.RatePerSecondMax) ?? 0),
            DurationSeconds = (int)(given.Number("--duration", 1, Limits.DurationSecondsMax) ?? options.DurationSeconds),
            RampSeconds = (int)(given.Number("--ramp", 0, Limits.WarmupSecondsMax) ?? options.RampSeconds),
            Seed = given.Number("--seed", long.MinValue, long.MaxValue) ?? options.Seed,
            Set = given.Text("--weights") is { } weights ? set.WithWeights(weights) : set,
            IsPlain = given.Flag("--plain"),
            HtmlFile = given.Text("--html"),
            JsonFile = given.Text("--json"),
        };
        given.End();
        if (options.Targets.Count > options.Users) throw new UsageException($"{options.Targets.Count} targets need as many users; there are {options.Users}.");
        return options;
    }
}
